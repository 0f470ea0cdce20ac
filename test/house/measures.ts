/** Everything that may lie at the top of the repository, besides what `.gitignore` names. */
export const topLevel: readonly string[] = [
  ".ci",
  ".dockerignore",
  ".git",
  ".gitignore",
  ".npmrc",
  ".runtime",
  "Dockerfile",
  "README.md",
  "biome.json",
  "crontab.example",
  "deploy",
  "docs",
  "drizzle",
  "examples",
  "package-lock.json",
  "package.json",
  "schemas",
  "src",
  "test",
  "tsconfig.json",
];

export const lineCountMax = 250;
export const columnCountMax = 110;

/** Written by a program, so not measured. */
export const generated = /(^|\/)(golden|generated)\//;
