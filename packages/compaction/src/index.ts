/** Placeholder until the package's exports stand. */
export {};
