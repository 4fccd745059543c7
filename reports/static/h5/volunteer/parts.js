/* What the pages of volunteers have in common. */

import { config, emptyState, linkButton } from "../core/ui.js";

/** The page of somebody who has not joined: `text` says what for one would. */
export function joinFirst(text, sign) {
  return emptyState("还没有加入志愿者", text, { icon: sign, action: linkButton("去看看", config.urls.volunteer, { kind: "primary" }) });
}
