export * from './token-format.ts'
