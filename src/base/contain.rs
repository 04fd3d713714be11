//! Containment: a defect that panics ends the one piece of work it happened in. What is told of it is its place in the
//! program and never its message, which may quote what a file holds.

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe};

thread_local! {
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Makes panics of this process say where they happened and nothing else. Called once, when the program starts.
pub fn report_places_only() {
    panic::set_hook(Box::new(|panicked| {
        let place = panicked.location().map(|at| format!("{}:{}", at.file(), at.line())).unwrap_or_default();
        eprintln!("daylight: internal error at {place}; please report it with the command that led to it");
        PLACE.with_borrow_mut(|kept| *kept = place);
    }));
}

/// Runs `work`; a panic in it becomes the place where it happened (empty unless `report_places_only` was called).
///
/// # Errors
/// The source file and line of the panic. `work` must leave nothing half-changed that others see.
pub fn contained<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    panic::catch_unwind(AssertUnwindSafe(work)).map_err(|_| PLACE.with_borrow_mut(std::mem::take))
}
