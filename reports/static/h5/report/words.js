/* The words of the screen for each kind of report, and what people report most, as they say it. */

export const KINDS = {
  problem: {
    heading: "报问题",
    ask: "一句话说清楚是什么问题",
    placeholder: "如：村口的垃圾堆了三天，没有人清",
    send: "发送",
    empty: "请写一句话，说说是什么问题",
    photos: "有照片更好办，没有也可以发",
    sent: "已经收到，我们会尽快转给负责的单位。",
  },
  opinion: {
    heading: "提意见",
    ask: "您有什么意见或建议",
    placeholder: "如：希望晚上七点以后也能借文化礼堂",
    send: "发送意见",
    empty: "请写下您的意见",
    photos: "可以附照片",
    sent: "已经收到，15 个工作日内答复您。",
  },
  consultation: {
    heading: "问一件事",
    ask: "您想问什么",
    placeholder: "如：建房审批要带哪些材料，到哪里办",
    send: "发送问题",
    empty: "请写下您想问的事",
    photos: "可以附照片",
    sent: "已经收到，15 个工作日内答复您。",
  },
  praise: {
    heading: "表扬",
    ask: "想表扬谁，做了什么好事",
    placeholder: "如：三组的网格员冒雨帮我们疏通了下水道",
    send: "发送表扬",
    empty: "请写下想表扬的人和事",
    photos: "可以附照片",
    sent: "已经收到，我们会转告他们。谢谢您。",
  },
};

export const LETTERS = [
  { value: "opinion", text: "意见建议" },
  { value: "consultation", text: "咨询" },
  { value: "praise", text: "表扬" },
];

/* A press fills an empty sentence in and names the category. */
export const COMMON = [
  { text: "垃圾没人清", code: "0401" },
  { text: "路灯不亮", code: "0303" },
  { text: "路面坑坑洼洼", code: "0301" },
  { text: "污水乱排，有臭味", code: "0502" },
  { text: "车乱停，挡住路", code: "0305" },
  { text: "太吵了，影响休息", code: "0203" },
  { text: "下雨就积水", code: "0505" },
  { text: "停水、漏水", code: "0602" },
  { text: "消防通道被堵", code: "0101" },
];

export function isLetter(kind) {
  return kind !== "problem";
}
