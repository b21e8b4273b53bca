"use strict";

const WORDS = {
  en: {
    language: "中文", skip: "To the requests", title: "libauth sandbox", scope: "Scope", reset: "Reset this scope",
    requests: "Requests, newest first", platform: "Platform", onlyRefused: "only refused ones", all: "all",
    nothing: "Nothing came in yet. Point your program at one of the base URLs below the test credentials.",
    live: "live", gone: "The sandbox has ended, or cannot be reached. Trying again …",
    accepted: "accepted", refused: "refused", faulted: "fault", noAnswer: "no answer",
    explain: "Explain a request", pasteHere: "Paste it as raw HTTP: first line, headers, an empty line, body", explainIt: "Explain",
    callbacks: "Send a callback", address: "To", spoil: "Spoil", genuine: "nothing: genuine", sending: "Sending …",
    took: "taken for received", notTook: "not taken for received: the platform would send it again",
    faults: "Faults", fault: "Fault", switchOn: "Switch on", switchOff: "Switch off", noFaults: "No fault is switched on in this scope.",
    on: "switched on", off: "switched off",
    credentials: "Test credentials", onlyTests: "They work in this sandbox and nowhere else.", copy: "Copy", copied: "Copied", baseUrl: "base URL",
    signatureRight: "The signature is right.", butRefused: "The platform refuses it all the same:", wouldAccept: "The platform would accept it.",
    mistake: "The mistake", unknown: "None of the known mistakes makes this signature. Compare the string that your program signs:",
    expected: "Expected string to sign", received: "String that was signed", expectedSignature: "Expected signature", receivedSignature: "Received signature",
    partAt: "They part at character", same: "The strings are the same: then the key, the algorithm or the encoding differs.",
    yours: "Your string to sign, to compare", compare: "Compare", noneSent: "none was sent",
    request: "Request", answer: "Answer", wasReset: "Reset.", end: "(end)", switched: "Fault",
  },
  zh: {
    language: "English", skip: "跳到请求列表", title: "libauth 沙箱", scope: "作用域", reset: "重置该作用域",
    requests: "收到的请求（最新在前）", platform: "平台", onlyRefused: "只看被拒绝的", all: "全部",
    nothing: "还没有收到请求。把程序的地址指向测试凭据下面的任一基础地址即可。",
    live: "实时", gone: "沙箱已结束或无法连接，正在重试……",
    accepted: "通过", refused: "拒绝", faulted: "故障", noAnswer: "无应答",
    explain: "解释一个请求", pasteHere: "粘贴原始 HTTP：首行、请求头、空行、请求体", explainIt: "解释",
    callbacks: "发送回调", address: "发往", spoil: "破坏", genuine: "不破坏（真实消息）", sending: "发送中……",
    took: "平台认为已收到", notTook: "平台认为未收到，会再次发送",
    faults: "故障", fault: "故障", switchOn: "打开", switchOff: "关闭", noFaults: "该作用域没有打开任何故障。",
    on: "已打开", off: "已关闭",
    credentials: "测试凭据", onlyTests: "仅在本沙箱内有效。", copy: "复制", copied: "已复制", baseUrl: "基础地址",
    signatureRight: "签名正确。", butRefused: "但平台仍然拒绝：", wouldAccept: "平台会接受它。",
    mistake: "错误原因", unknown: "已知的错误都得不出这个签名。请与程序实际签名的字符串比较：",
    expected: "应当签名的字符串", received: "实际签名的字符串", expectedSignature: "应有的签名", receivedSignature: "收到的签名",
    partAt: "从第几个字符开始不同：", same: "两个字符串相同：那么不同的是密钥、算法或编码。",
    yours: "粘贴你的待签名字符串进行比较", compare: "比较", noneSent: "没有发送",
    request: "请求", answer: "应答", wasReset: "已重置。", end: "（结尾）", switched: "故障",
  },
};

const MISTAKES_ZH = {
  PREFIX_SIGNED: "多签了网关前缀", PATH_MISSING: "只签了请求体，没有签路径", BODY_MISSING: "没有签请求体",
  NEWLINE_BETWEEN: "路径和请求体之间多了换行", ORDER_SWAPPED: "拼接顺序反了", QUERY_SIGNED: "多签了查询参数",
  PREFIX_NOT_SIGNED: "该网关会透传 /dg，前缀也要签名",
  BODY_REWRITTEN: "签名的请求体与发送的不是同一段文本：只序列化一次", WRONG_KEY: "用错了密钥", ALGORITHM: "字符串正确，但算法不对",
  NOT_UPPER_CASED: "没有转成大写（2.0 版的规则）", SIGN_FOR_KEY: "应追加 &key=，而不是 &sign=", KEY_MISSING: "没有追加密钥",
  KEY_NOT_UPPER_CASED: "转大写之后才追加密钥", KEY_WITHOUT_NAME: "追加密钥时缺少 &key=", UPPER_CASE_HEX: "结果应为小写十六进制",
  LOWER_CASE_HEX: "结果应为大写十六进制", JSON_SIGNED: "直接签了 JSON，没有展开成员", UPPER_CASED: "不应转成大写", EDITION_3: "按第 3 版追加了密钥",
  HEADERS_MISSING: "只签了请求体，没有签请求头", AMPERSAND_BETWEEN: "请求头与请求体之间多了 &", LOWER_CASE_NAMES: "签名时请求头名用了小写",
  SIGN_TYPE_MISSING: "发送了 signType 却没有签它",
};

const remembered = new URLSearchParams(location.search).get("lang");
let language = (remembered || navigator.language || "en").toLowerCase().startsWith("zh") ? "zh" : "en";
const word = (name) => WORDS[language][name] || name;
const at = (id) => document.getElementById(id);

/** An element with attributes and children; text is always text. */
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== undefined && child !== null));
  return element;
}

async function ask(path, options) {
  const answer = await fetch(path, options);
  const text = await answer.text();
  if (!answer.ok) throw new Error(text.trim());
  return text.startsWith("{") ? JSON.parse(text) : text.trim();
}

const inScope = () => "scope=" + encodeURIComponent(at("scope").value || "default");

