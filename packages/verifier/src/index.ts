export {
  createVerifier,
  type FreshnessEvent,
  type Verifier,
  type VerifierOptions,
  type VerifyOptions,
} from './create-verifier.ts'
export * from './token-format.ts'
export type { Credential, Refusal, Verdict } from './verdict.ts'
