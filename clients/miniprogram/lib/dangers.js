/* Words of danger, seen while somebody types: first the telephone, then this form.
 *
 * Coarser than the office's own list (dispatch/data/danger.json) on purpose: here a word too many
 * costs a glance, there it costs a crew. What was long ago or a drill is left alone. */

const CALM = /演练|演习|培训|宣传|建议|预防|防止|担心|怕|去年|前年|以前|曾经|已经解决|已解决|处理好了|没有?着火|没有?起火/;
const PEOPLE = "(?:人|孩|囡|娃|老头|老太|阿婆|阿公|奶奶|爷爷|学生|工人|司机)";

const HAZARDS = [
  {
    code: "gas",
    words: /(?:煤气|燃气|天然气|液化气|瓦斯|钢瓶|气罐).{0,6}(?:味|漏|泄|跑气|中毒|爆|着火|起火|挖断)|(?:漏|闻到|闻见).{0,4}(?:煤气|燃气|天然气|液化气)|臭鸡蛋味/,
    calls: ["119", "120"],
    advice: "先开窗、关阀门，不要开关电器，不要在屋里打电话。人到室外再拨 119；有人不适拨 120。",
  },
  {
    code: "fire",
    words: /着火|起火|失火|火灾|冒火|大火|火势|火苗|烧起来|着起来|爆炸|炸了|浓烟|黑烟/,
    calls: ["119", "120"],
    advice: "先离开，到安全的地方拨 119。不要回去拿东西。",
  },
  {
    code: "electric",
    words: /(?:电线|高压线|电缆|裸线|线头).{0,6}(?:断|掉|落|垂|拖|泡)|漏电|触电|被电|冒火花|打火花|(?:变压器|电表|电箱).{0,6}(?:冒烟|炸|爆|火)/,
    calls: ["119", "120"],
    advice: "离开 8 米以外，不要碰，也不要去拉人。拨 119，停电抢修拨 95598；有人触电拨 120。",
    also: ["95598"],
  },
  {
    code: "water",
    words: new RegExp(`${PEOPLE}.{0,6}(?:掉进?河|掉进?水|掉进?塘|落水|溺水|跳河|冲走)|有人落水|溺水|落水了|(?:围困|困在|被困).{0,4}水|决堤|决口|溃坝`),
    calls: ["110", "119", "120"],
    advice: "不要下水去救。喊人，抛绳子、长杆或救生圈，马上拨 110 或 119。",
  },
  {
    code: "collapse",
    words: new RegExp(`(?:房|屋|墙|楼板|阳台|棚|厂房|桥|路面|路).{0,5}(?:塌|垮|坍)|(?:脚手架|塔吊|吊车).{0,4}(?:倒|塌|翻)|${PEOPLE}.{0,4}(?:被压|被埋|压住|埋住|埋在)|泥石流|山洪|山体滑坡`),
    calls: ["119", "120"],
    advice: "先离开，提醒别人不要靠近。有人被困拨 119，有人受伤拨 120。",
  },
  {
    code: "trapped",
    words: new RegExp(`电梯.{0,5}(?:困|关|坠|下坠|出不来)|${PEOPLE}.{0,4}(?:卡住|夹住|锁在车|困在)|被困`),
    calls: ["119", "110"],
    advice: "按电梯里的报警按钮，不要扒门。拨 119 或 96333。",
    also: ["96333"],
  },
  {
    code: "injury",
    words: new RegExp(`晕倒|昏倒|昏迷|叫不醒|没呼吸|大出血|抽搐|休克|口吐白沫|不省人事|骨折|中毒|${PEOPLE}.{0,4}(?:倒在地|躺在地|起不来|受伤)|撞(?:死|飞|伤|到)了?人`),
    calls: ["120", "110"],
    advice: "先拨 120，说清地点，不要随便移动伤者。",
  },
  {
    code: "crime",
    words: /持刀|砍人|拿刀|捅人|打群架|正在打人|抢劫|绑架|杀人|家暴|要杀/,
    calls: ["110", "120"],
    advice: "先到安全的地方，马上拨 110；不方便说话可以发短信到 12110。",
  },
  {
    code: "life",
    words: /自杀|跳楼|轻生|割腕|上吊|不想活|活不下去|要跳下|喝.{0,3}(?:农药|百草枯|敌敌畏)/,
    calls: ["110", "120"],
    advice: "先拨 110 或 120，请身边的人陪着。心里难受时可拨心理援助热线 12356。",
    also: ["12356"],
  },
  {
    code: "missing",
    words: /走失|走丢|失踪|被拐|(?:孩|娃|老人|爷爷|奶奶).{0,5}(?:不见了|找不到|没回家)|(?:老人|独居).{0,8}(?:敲门没|没人应|没动静|联系不上)/,
    calls: ["110", "120"],
    advice: "不用等 24 小时，现在就拨 110。",
  },
  {
    code: "hole",
    words: /(?:井盖|窨井盖|盖板).{0,5}(?:不见|没了|没有|缺|丢|偷|翻|塌)|(?:没有?|没了|缺).{0,2}井盖|(?:掉|跌|摔)进.{0,2}(?:井|洞)/,
    calls: ["110", "119"],
    advice: "先在旁边放个醒目的东西，提醒别人绕开。有人掉下去马上拨 119 和 120。",
  },
];

/* Return {code, calls, also, advice} of the first danger that is told, or null. */
function dangerIn(text) {
  for (const clause of text.split(/[，。！？；,.!?;\n]/)) {
    if (CALM.test(clause)) continue;
    const hazard = HAZARDS.find((row) => row.words.test(clause));
    if (hazard) return { code: hazard.code, calls: hazard.calls, also: hazard.also || [], advice: hazard.advice };
  }
  return null;
}

module.exports = { dangerIn };
