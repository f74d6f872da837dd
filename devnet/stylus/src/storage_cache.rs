//! The storage cache of one frame: reads of a slot are paid once, writes are held back until they are flushed.

use std::collections::BTreeMap;

use alloy_primitives::B256;

/// Gas for looking at the cache before the chain's state is read.
pub(crate) const MISS: u64 = 5;
/// Gas that must be left to load a slot.
pub(crate) const LOAD_NEEDS: u64 = 2_115;
/// Gas that must be left to write the cache.
pub(crate) const WRITE_NEEDS: u64 = 2_310;
/// Gas that must be left to flush: the EVM's sentry of SSTORE.
pub(crate) const FLUSH_NEEDS: u64 = 2_300;

#[derive(Clone, Copy)]
struct Slot {
    value: B256,
    /// What the chain's state holds, once that is known.
    known: Option<B256>,
}

impl Slot {
    fn is_dirty(&self) -> bool {
        self.known != Some(self.value)
    }
}

/// Slots in the order of their keys, which is the order in which they are flushed.
#[derive(Default)]
pub(crate) struct StorageCache {
    slots: BTreeMap<B256, Slot>,
    loads: u64,
    writes: u64,
}

impl StorageCache {
    /// Counts a load and returns its surcharge in gas, which grows as the cache does.
    pub fn count_load(&mut self) -> u64 {
        self.loads += 1;
        match self.loads {
            0..=32 => 0,
            33..=128 => 2,
            _ => 10,
        }
    }

    /// Counts a write and returns its surcharge in gas.
    pub fn count_write(&mut self) -> u64 {
        self.writes += 1;
        match self.writes {
            0..=8 => 0,
            9..=64 => 7,
            _ => 10,
        }
    }

    pub fn get(&self, key: &B256) -> Option<B256> {
        self.slots.get(key).map(|slot| slot.value)
    }

    /// Remembers what the chain's state holds.
    pub fn loaded(&mut self, key: B256, value: B256) {
        self.slots.insert(
            key,
            Slot {
                value,
                known: Some(value),
            },
        );
    }

    /// Writes the cache alone. A slot that was never loaded counts as changed whatever is written.
    pub fn write(&mut self, key: B256, value: B256) {
        self.slots
            .entry(key)
            .and_modify(|slot| slot.value = value)
            .or_insert(Slot { value, known: None });
    }

    /// The slots that must be written.
    pub fn dirty(&self) -> Vec<(B256, B256)> {
        self.slots
            .iter()
            .filter(|(_, slot)| slot.is_dirty())
            .map(|(key, slot)| (*key, slot.value))
            .collect()
    }

    /// Everything is in the chain's state now.
    pub fn flushed(&mut self) {
        for slot in self.slots.values_mut() {
            slot.known = Some(slot.value);
        }
    }

    pub fn clear(&mut self) {
        self.slots.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(n: u8) -> B256 {
        B256::with_last_byte(n)
    }

    #[test]
    fn only_changed_or_unknown_slots_are_dirty() {
        let mut cache = StorageCache::default();
        cache.loaded(word(1), word(10));
        cache.loaded(word(2), word(20));
        cache.write(word(2), word(21));
        cache.write(word(3), word(30));
        assert_eq!(cache.dirty(), [(word(2), word(21)), (word(3), word(30))]);
        cache.flushed();
        assert_eq!(cache.dirty(), []);
        cache.write(word(2), word(20));
        cache.write(word(2), word(21));
        assert_eq!(cache.dirty(), []);
        assert_eq!(cache.get(&word(3)), Some(word(30)));
        cache.clear();
        assert_eq!(cache.get(&word(3)), None);
    }

    #[test]
    fn surcharges_step_up() {
        let mut cache = StorageCache::default();
        let loads: Vec<u64> = (0..129).map(|_| cache.count_load()).collect();
        assert_eq!((loads[31], loads[32], loads[127], loads[128]), (0, 2, 2, 10));
        let writes: Vec<u64> = (0..65).map(|_| cache.count_write()).collect();
        assert_eq!((writes[7], writes[8], writes[63], writes[64]), (0, 7, 7, 10));
    }
}
