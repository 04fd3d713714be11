//! The ground floor.

use daylight::base::contained;

#[test]
fn a_panic_ends_the_work_it_happened_in() {
    let broken: Result<u32, String> = contained(|| {
        let none: Option<u32> = std::hint::black_box(None);
        none.expect("a value that a file was trusted to hold")
    });
    let place = broken.expect_err("the panic is an error");
    assert!(!place.contains("trusted"), "the message of a panic may quote a file: {place}");
    assert_eq!(contained(|| 7), Ok(7));
}
