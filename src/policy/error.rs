//! What can go wrong before a decision can be made. A rule that errs is no error: it denies (`evaluate`).

use thiserror::Error;

/// Why no decision could be made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PolicyError {
    /// A rule of the pack is incomplete or not what it should be.
    #[error("policy rule {rule} cannot be loaded: {reason}")]
    Load { rule: String, reason: String },
    /// The day of the decision is no calendar day.
    #[error("not a day: {day:?} (YYYY-MM-DD is needed)")]
    Day { day: String },
    /// The observations beside the model have another shape.
    #[error("observations cannot be read: {reason}")]
    Observations { reason: String },
    /// The application cannot be written as JSON.
    #[error("the application cannot be put before the rules: {reason}")]
    Application { reason: String },
    /// There is no rule of this id.
    #[error("there is no policy rule {id:?}")]
    UnknownRule { id: String },
    #[error("`{capability}` cannot be granted: {reason}; a person may grant {known}")]
    NotGiven { capability: String, reason: &'static str, known: String },
}
