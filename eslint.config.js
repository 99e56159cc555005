import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

const tests = ['**/*.test.ts', '**/conformance.ts', 'libs/testing/**', 'e2e/**'];

const forms = [
  {
    selector: 'ExportAllDeclaration',
    message: 'Name what is public: `export { a, b } from …`. A new export is then a decision that a reviewer sees.',
  },
  {
    selector: 'TSEnumDeclaration',
    message: 'Use a union of strings, or z.enum: an enum does not survive type stripping.',
  },
  { selector: 'Decorator', message: 'No decorators: pass a plain function, wired in main.' },
];

const environment = {
  selector:
    "MemberExpression[object.name='process'][property.name='env'], MemberExpression[object.name='process'][property.value='env']",
  message: 'Only @devmesh/runtime reads process.env: take a typed value from main instead.',
};

const environmentImport = {
  selector: 'ImportDeclaration[source.value=/^(node:)?process$/]',
  message: 'Use the global `process`, so that the rule on process.env can see it.',
};

export default defineConfig(
  globalIgnores(['**/dist/', '**/node_modules/', '.nx/', '.devmesh/', 'coverage/', 'tools/interop/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strict, tseslint.configs.stylistic],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'no-restricted-syntax': ['error', ...forms, environment, environmentImport],
      'no-console': 'error',
      eqeqeq: 'error',
      'no-shadow': 'off',
      '@typescript-eslint/no-explicit-any': 'error',
      // A forgotten `await` is the one defect that types alone do not show and that costs a process.
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // Both forms are in use: an interface for a shape with a name, a type for everything computed.
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/prefer-function-type': 'off',
      '@typescript-eslint/no-empty-function': 'off',
    },
  },
  {
    files: ['libs/base/runtime/**', ...tests, 'tools/**'],
    rules: { 'no-restricted-syntax': ['error', ...forms] },
  },
  { files: tests, rules: { '@typescript-eslint/no-non-null-assertion': 'off' } },
  { files: ['apps/devmesh/**', 'tools/**', 'e2e/**', '**/*.int.test.ts'], rules: { 'no-console': 'off' } },
  { files: ['**/*.js'], extends: [tseslint.configs.base], rules: { 'no-undef': 'off' } },
);
