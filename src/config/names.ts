/** Patterns of names that both the operator and a repository can set. */

export const agentPattern = /^[a-z][a-z0-9-]{0,30}$/;

/** Never begins with a dash, so that no program takes it for an option. */
export const modelPattern = /^[A-Za-z0-9][A-Za-z0-9._:/@[\]-]{0,99}$/;

/** GitHub allows 50 characters; ours adds `:<agent>` and the states to it. */
export const labelPattern = /^[^\s:,\p{Cc}][^:,\p{Cc}]{0,29}$/u;
