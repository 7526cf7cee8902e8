//! The document model as JSON (`schemas/document.schema.json`).
