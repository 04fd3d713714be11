//! `Rnd`'s generator: a 24-bit linear congruence, as Visual Basic has had it since version 1
//! (Microsoft Knowledge Base 231847 gives modulus, multiplier and increment).

/// State of the generator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Random {
    state: u32,
}

const MULTIPLIER: u64 = 0x43FD_43FD;
const INCREMENT: u64 = 0xC3_9EC3;
const MASK: u32 = 0xFF_FFFF;
const MODULUS: f32 = 16_777_216.0;
/// State of a fresh project: the first number is 0.7055475.
const START: u32 = 0x5_0000;

impl Default for Random {
    fn default() -> Self {
        Self { state: START }
    }
}

impl Random {
    /// `Rnd(number)`: negative seeds by the number's bits, 0 repeats, anything else goes on.
    pub fn next(&mut self, number: Option<f32>) -> f32 {
        match number {
            Some(number) if number < 0.0 => {
                let bits = number.to_bits();
                self.state = bits.wrapping_add(bits >> 24) & MASK;
                self.advance();
            }
            Some(0.0) => {}
            _ => self.advance(),
        }
        self.state as f32 / MODULUS
    }

    /// `Randomize number`: mixes the upper half of the Double into the upper 16 bits; the low byte stays,
    /// which is why the same seed twice does not repeat a sequence.
    pub fn seed(&mut self, number: f64) {
        let high = (number.to_bits() >> 32) as u32;
        let mixed = (high ^ (high >> 16)) & 0xFFFF;
        self.state = (self.state & 0xFF) | (mixed << 8);
    }

    fn advance(&mut self) {
        self.state = ((u64::from(self.state) * MULTIPLIER + INCREMENT) & u64::from(MASK)) as u32;
    }
}
