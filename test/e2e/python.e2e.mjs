// A model in a Python file, as a person meets it: shapes behind the layers, a hover, its run from the lens, its way out as code.
/* global describe, it, before, after, afterEach */
import assert from "node:assert/strict";
import { openWindow } from "./lib/window.mjs";
import * as wb from "./lib/workbench.mjs";

const source = `import sys
from keras import Sequential, layers
import torch.nn as nn

steps, features = 4, 5

model = Sequential([
    layers.Input((steps, features)),
    layers.Bidirectional(layers.LSTM(8, return_sequences=True)),
    layers.Dropout(0.2),
    layers.GRU(4),
    layers.Dense(1, activation="sigmoid"),
])

broken = Sequential()
broken.add(layers.SimpleRNN(3, input_shape=(steps, features)))
broken.add(layers.LSTM(8))
broken.add(layers.Dense(int(sys.argv[1])))


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(features, 8, num_layers=2, batch_first=True)
        self.out = nn.Linear(8, 3)

    def forward(self, x):
        states, _ = self.rnn(x)
        return self.out(states[:, -1])
`;

const looks = [
  {
    theme: "dark",
    locale: "en",
    run: "Run RNN",
    example: "Example numbers",
    explained: "Why this shape?",
    imported: "Import from a Python file…",
  },
  {
    theme: "light",
    locale: "ko",
    run: "RNN 실행",
    example: "예시 숫자",
    explained: "왜 이 형태인가요?",
    imported: "Python 파일에서 가져오기…",
  },
];

for (const { theme, locale, run, example, explained, imported } of looks) {
  describe(`a model in a Python file (${theme}, ${locale})`, () => {
    let win;
    before(async () => {
      win = await openWindow({ theme, locale, viewport: { width: 1300, height: 900 }, files: { "models.py": source } });
      await wb.openFile(win.page, "models.py");
    });
    afterEach(async function () {
      if (this.currentTest.state === "failed") await win?.shot(`failed-python-${theme}`);
    });
    after(() => win?.close());

    it("shows shapes and commands", async () => {
      const { page } = win;
      const hint = (text) => page.locator(".view-line", { hasText: text }).first();
      await page.locator(".codelens-decoration", { hasText: run }).first().waitFor();
      await hint("→ (None, 4, 16)").waitFor();
      await hint("→ (None, None, 8)").waitFor();
      // One over each model.
      await page.locator(".codelens-decoration a", { hasText: run }).nth(2).waitFor();
      // The squiggle comes after the hints.
      await page.locator(".squiggly-warning").first().waitFor();
      await win.shot(`python-${theme}`);
    });

    it("explains a shape", async () => {
      const { page } = win;
      await page.locator(".view-line span", { hasText: "LSTM" }).first().hover();
      const hover = page.locator(".monaco-hover", { hasText: explained }).first();
      await hover.waitFor();
      await win.shot(`python-${theme}-hover`);
      await page.keyboard.press("Escape");
    });

    it("is imported by the empty designer", async () => {
      const { page } = win;
      const designer = await wb.openDesigner(page);
      await designer.getByText(imported).first().click();
      await wb.quickPickRows(page).filter({ hasText: "models.py" }).click();
      await wb.quickPickRows(page).filter({ hasText: "Tagger" }).waitFor();
      await win.shot(`python-${theme}-import`);
      await wb.quickPickRows(page).filter({ hasText: "Tagger" }).click();
      await designer.locator(".stack", { hasText: "LSTM" }).waitFor();
      await win.shot(`python-${theme}-designer`);
    });

    it("runs from the lens without data of one's own", async () => {
      const { page } = win;
      // A lens that VS Code remembers, and asks about again, has no link yet. It is clicked where it stands: lenses are drawn anew.
      const lens = page.locator(".codelens-decoration a").first();
      await lens.waitFor();
      const { x, y, height } = await lens.boundingBox();
      await page.mouse.click(x + 20, y + height / 2);
      await wb.quickPickRows(page).filter({ hasText: example }).waitFor();
      await win.shot(`python-${theme}-data`);
      await page.keyboard.press("Enter");
      const results = await wb.resultsFrame(page);
      await results.getByText("(1, 1)").first().waitFor();
      await win.shot(`python-${theme}-run`);
      assert.deepEqual(win.server.hostCrashes(), []);
    });

    it("leaves as code", async () => {
      const { page } = win;
      await wb.runCommand(page, locale === "ko" ? "모델을 코드로 내보내기" : "Export Model as Code");
      await wb.quickPickRows(page).filter({ hasText: "NumPy" }).click();
      await wb.quickPickRows(page).first().waitFor();
      await page.keyboard.press("Enter");
      await page.locator(".view-line", { hasText: "import numpy as np" }).first().waitFor();
      await win.shot(`python-${theme}-numpy`);
    });
  });
}
