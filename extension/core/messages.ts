/** Messages that people read: an English template and its values, translated only at the edge that shows them. */

export type MessageArgs = Readonly<Record<string, string | number>>;

/** `text` is the English template and at the same time its key in `l10n/bundle.l10n.*.json`; `{name}` stands for `args.name`. */
export interface Message {
  readonly text: string;
  readonly args?: MessageArgs;
}

/** Marks a template as one that people read: `npm run l10n` collects every literal first argument of `msg` and `t`. */
export function msg(text: string, args?: MessageArgs): Message {
  return args === undefined ? { text } : { text, args };
}

/** Words a message, translated where `bundle` has the template. */
export function say(message: Message, bundle?: Readonly<Record<string, string>>): string {
  const template = bundle?.[message.text] ?? message.text;
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = message.args?.[name];
    return value === undefined ? whole : String(value);
  });
}
