// biome-ignore-all lint/suspicious/noTemplateCurlyInString: bodies are texts of code
/**
 * Sources of modules that several tests of the runtime use.
 */

/** A module that exports a value and accepts itself. */
export const own = (code, locals = ['value']) => ({
  locals,
  code: `${code}; $hot_m.hot.accept();`,
});

/** A module that shows what it imports. */
export const showing = (specifier, code = '$hot_0.value', names = ['value']) => ({
  imports: [[specifier, names]],
  locals: ['show'],
  functions: ['show'],
  code: `function show() { return ${code}; }`,
});
