// Vitest reporter: the one closing line that says how many passed and failed. In CI what was skipped has failed: nobody
// reads there that a browser was missing.
export default class CountReporter {
  onTestRunEnd(modules, unhandledErrors) {
    let passed = 0;
    let failed = unhandledErrors.length;
    let skipped = 0;
    for (const module of modules) {
      let tests = 0;
      for (const test of module.children.allTests()) {
        tests += 1;
        const { state } = test.result();
        if (state === 'passed') passed += 1;
        else if (state === 'skipped') skipped += 1;
        else failed += 1;
      }
      // A file that could not even be loaded has no tests, and is a failure.
      if (tests === 0 || module.errors().length > 0) failed += Math.max(1, module.errors().length);
    }
    if (process.env.CI === 'true' && skipped > 0) {
      console.error(`${skipped} tests were skipped, which counts as failed in CI`);
      failed += skipped;
      process.exitCode = 1;
    }
    const line = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
    // After the other reporters have written their summaries.
    process.once('exit', () => console.log(line));
  }
}
