import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

const frameworks = ['@nestjs/*', 'ws', 'ioredis', 'prom-client'];

export default tseslint.config(
  { ignores: ['**/dist', '**/tmp', '**/.nx'] },
  js.configs.recommended,
  { languageOptions: { globals: { process: 'readonly', URL: 'readonly' } } },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    plugins: { '@nx': nx },
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/consistent-type-imports': 'off', // injected classes are values to Nest, types to the rule
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/no-invalid-void-type': 'off', // `void | Promise<void>` is what handlers return
      '@nx/enforce-module-boundaries': [
        'error',
        {
          allow: [],
          depConstraints: [
            {
              sourceTag: 'scope:app',
              onlyDependOnLibsWithTags: [
                'scope:contracts',
                'scope:delivery',
                'scope:runtime',
                'scope:testing',
              ],
            },
            {
              sourceTag: 'scope:contracts',
              onlyDependOnLibsWithTags: ['scope:contracts'],
              bannedExternalImports: frameworks,
            },
            {
              sourceTag: 'scope:delivery',
              onlyDependOnLibsWithTags: ['scope:contracts', 'scope:delivery'],
              bannedExternalImports: frameworks,
            },
            { sourceTag: 'scope:page', onlyDependOnLibsWithTags: ['scope:contracts'] },
            {
              sourceTag: 'scope:runtime',
              onlyDependOnLibsWithTags: ['scope:runtime', 'scope:testing'],
            },
            { sourceTag: 'scope:testing', onlyDependOnLibsWithTags: ['scope:testing'] },
            {
              sourceTag: 'scope:tools',
              onlyDependOnLibsWithTags: ['scope:testing'],
            },
            {
              sourceTag: 'scope:e2e',
              onlyDependOnLibsWithTags: ['scope:contracts', 'scope:testing'],
            },
            {
              sourceTag: 'scope:bench',
              onlyDependOnLibsWithTags: ['scope:contracts', 'scope:testing'],
            },
          ],
        },
      ],
    },
  },
  {
    files: ['apps/**/*.ts', 'libs/**/*.ts'],
    ignores: ['**/*.spec.ts', '**/testing/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [{ name: '@relay/testing', message: 'Only specs, e2e, bench and tools use it.' }],
        },
      ],
    },
  },
  {
    files: ['apps/page/src/**/*.{ts,tsx}'],
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'off', // components give JSX
      // what others wrote is only ever text: nothing here makes markup of a string
      'no-restricted-syntax': [
        'error',
        ...[
          'JSXAttribute[name.name=dangerouslySetInnerHTML]',
          'MemberExpression[property.name=/^(inner|outer)HTML$|^srcdoc$|^insertAdjacentHTML$/]',
          'MemberExpression[object.name=document][property.name=/^write(ln)?$/]',
          'CallExpression[callee.name=eval]',
        ].map((selector) => ({ selector, message: 'Show it as text.' })),
      ],
    },
  },
  {
    files: ['libs/contracts/**/*.ts', 'libs/delivery/**/*.ts'],
    ignores: ['**/*.spec.ts', 'libs/delivery/simulation/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: ['node:*'], message: 'No I/O here; the contract runs in the browser, too.' },
          ],
          paths: [{ name: '@relay/testing', message: 'Only specs, e2e, bench and tools use it.' }],
        },
      ],
      'no-restricted-globals': ['error', 'Buffer', 'process'],
    },
  },
  {
    files: ['libs/delivery/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: {
      // time and chance come in from outside
      'no-restricted-globals': [
        'error',
        ...['Buffer', 'process', 'performance', 'setTimeout', 'setInterval', 'setImmediate'],
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now' },
        { object: 'Math', property: 'random' },
      ],
    },
  },
);
