import type { ProfileInput } from "../../src/device-kit/index.ts";

/** What the installation says about a vendor's word: the device's `codes`, then the binding's; a code or `ignore`. */
export function siteWord(input: ProfileInput, device: string, word: string): string | undefined {
  const own = input.configOf(device).codes;
  if (own && Object.hasOwn(own, word)) return own[word];
  const { codes } = input.options;
  return codes && Object.hasOwn(codes, word) ? codes[word] : undefined;
}
