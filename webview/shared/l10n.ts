/** Words and numbers in the language of the editor; the host sends the translations in `init`. */
import { type Message, type MessageArgs, say } from "../../extension/core/messages.js";

let bundle: Readonly<Record<string, string>> = {};
let locale = "en";
const formats = new Map<string, Intl.NumberFormat>();

/** Takes the words of `init`. An unknown locale falls back to English. */
export function setLanguage(newLocale: string, strings: Readonly<Record<string, string>>): void {
  bundle = strings;
  locale = Intl.NumberFormat.supportedLocalesOf([newLocale].filter(isTag))[0] ?? "en";
  formats.clear();
}

function isTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length > 0;
  } catch {
    return false;
  }
}

/** The BCP 47 tag in use, for `lang`. */
export function language(): string {
  return locale;
}

/** Words a template; the first argument is always a literal, so that `npm run l10n` can collect it. */
export function t(text: string, args?: MessageArgs): string {
  return say(args === undefined ? { text } : { text, args }, bundle);
}

/** Words a message that core made. */
export function worded(message: Message): string {
  return say(message, bundle);
}

export function formatNumber(value: number, options: Intl.NumberFormatOptions = {}): string {
  const key = JSON.stringify(options);
  let format = formats.get(key);
  if (format === undefined) formats.set(key, (format = new Intl.NumberFormat(locale, options)));
  return format.format(value);
}

/** A count that stays short: "21,710,633", but "21.7B". */
export function formatCount(value: number): string {
  return formatNumber(value, value < 1e8 ? {} : { notation: "compact", maximumFractionDigits: 1 });
}

/** "4 KB", "71.2 GB": powers of 1024. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10));
  const digits = { maximumFractionDigits: power === 0 ? 0 : 1 };
  return `${formatNumber(bytes / 1024 ** power, digits)} ${units[power] as string}`;
}

/** "2.1 ms", "1.4 s". */
export function formatDuration(ms: number): string {
  if (ms >= 1000) return `${formatNumber(ms / 1000, { maximumFractionDigits: 1 })} s`;
  return `${formatNumber(ms, { maximumFractionDigits: ms < 10 ? 1 : 0 })} ms`;
}
