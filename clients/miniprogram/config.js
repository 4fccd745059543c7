/* 每个乡镇（街道）只需要改这一个文件。 */

module.exports = {
  // 服务器地址，末尾不带斜杠。正式版必须是 https、已备案的域名，并写进小程序后台的“服务器域名”。
  server: "https://xiaonao.example.gov.cn",

  // 只在开发时填写：连接没有配置微信的演示服务器时，用这个名字登录（dev:名字）。正式版必须留空。
  devName: "",
};
