import assert from "node:assert/strict";
import { formatBytes, formatCount, formatDuration, formatNumber, language, setLanguage, t } from "./l10n.js";

describe("words and numbers", () => {
  afterEach(() => setLanguage("en", {}));

  it("words a template in the language of the editor, and in English where it is missing", () => {
    setLanguage("ko", { "{n} layers": "레이어 {n}개" });
    assert.equal(t("{n} layers", { n: 3 }), "레이어 3개");
    assert.equal(t("{n} steps", { n: 3 }), "3 steps");
    assert.equal(language(), "ko");
  });

  it("falls back to English for a locale that is none", () => {
    for (const locale of ["", "not a locale", "qps-ploc"]) {
      setLanguage(locale, {});
      assert.equal(formatNumber(1234.5), "1,234.5");
    }
  });

  it("writes sizes, counts and times short", () => {
    assert.equal(formatBytes(0), "0 B");
    assert.equal(formatBytes(4100), "4 KB");
    assert.equal(formatBytes(96 * 1024 ** 3), "96 GB");
    assert.equal(formatCount(1069), "1,069");
    assert.equal(formatCount(21_710_360_633), "21.7B");
    assert.equal(formatDuration(2.12), "2.1 ms");
    assert.equal(formatDuration(1449), "1.4 s");
  });
});
