/** What the tests call of packages that have no types of their own. */

declare module 'fergies-inverted-index' {
  interface Options {
    Level: unknown;
    name: string;
  }
  type Answer = Promise<unknown[]>;

  export class InvertedIndex {
    constructor(options: Options);
    readonly EVENTS: import('node:events').EventEmitter;
    readonly STORE: { close(): Promise<void> };
    PUT(documents: object[]): Answer;
    DELETE(ids: readonly unknown[]): Answer;
    AND(tokens: unknown[]): Answer;
    OR(tokens: unknown[]): Answer;
    GET(token: unknown): Answer;
    NOT(these: unknown, those: unknown): Answer;
    BUCKETS(...buckets: object[]): Answer;
    FACETS(...fields: object[]): Answer;
    DISTINCT(...fields: object[]): Answer;
    FIELDS(): Answer;
    OBJECT(ids: object[]): Answer;
    EXIST(...ids: unknown[]): Answer;
    EXPORT(): Promise<{ key: unknown; value: unknown }[]>;
    IMPORT(exported: object[]): Promise<unknown>;
  }
}

declare module 'search-index' {
  interface Options {
    Level: unknown;
    name: string;
  }
  interface Found {
    RESULT: { _id: unknown; _doc?: unknown }[];
    RESULT_LENGTH: number;
  }

  export class SearchIndex {
    constructor(options: Options);
    readonly EVENTS: import('node:events').EventEmitter;
    readonly INDEX: { STORE: { close(): Promise<void> } };
    readonly VERSION_VALIDATED: Promise<unknown>;
    PUT(documents: object[]): Promise<unknown>;
    DELETE(...ids: unknown[]): Promise<unknown>;
    QUERY(query: unknown, options?: object): Promise<Found>;
    DICTIONARY(): Promise<{ RESULT: unknown[] }>;
    FACETS(...fields: object[]): Promise<unknown[]>;
    DOCUMENT_COUNT(): Promise<number>;
    ALL_DOCUMENTS(): Promise<unknown[]>;
  }
}
