//! Checks emitted documents against `schemas/document.schema.json`.
