"""The resident's phone pages: shells without anybody's data; the scripts in them speak to ``/api/v1``."""
