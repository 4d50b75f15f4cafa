/** Words that mark a key as a person's data wherever they stand in it. */
const PERSONAL_WORDS = words(
  "card idcard identity passport phone mobile telephone cellphone email wechat plate " +
    "face fingerprint username holder cardholder birthday password",
);
/** Keys that are a person's data as a whole, though their words alone are not. */
const PERSONAL_KEYS = words(
  "idno idnumber cardno cardid cardnumber plateno platenumber tel uid pin pincode " +
    "address homeaddress personname",
);
/** Last words that say the key holds a property of the thing, not the thing. */
const HARMLESS_ENDS = words(
  "type color colour reader count score confidence quality hash status result box state mode",
);
/** Owners of a `name` that is a person's; a device or a zone has a name too. */
const PEOPLE = words(
  "user person owner visitor resident employee staff contact patient elder full " +
    "first last nick real family given operator",
);
const CHINESE = /姓名|身份证|证件号|手机|电话|车牌|卡号|人脸|住址|密码/;
const WORDS = /\p{Lu}?[\p{Ll}\p{N}]+|\p{Lu}+(?!\p{Ll})/gu;

/**
 * True when a field of this name is likely to hold personal data: a person's name, a card, an identity
 * or telephone number, a plate, a face. Judged by the words of the name, so that `cardNo`, `card_no` and
 * `licensePlate` are, `deviceName`, `plateColor` and `template` are not.
 */
export function isPersonalKey(key: string): boolean {
  if (CHINESE.test(key)) return true;
  const parts = (key.match(WORDS) ?? []).map((word) => word.toLowerCase());
  const last = parts.at(-1);
  if (last === undefined || HARMLESS_ENDS.has(last)) return false;
  if (PERSONAL_KEYS.has(parts.join("")) || parts.some((word) => PERSONAL_WORDS.has(word))) return true;
  return last === "name" && (parts.length === 1 || parts.slice(0, -1).some((word) => PEOPLE.has(word)));
}

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(" "));
}
