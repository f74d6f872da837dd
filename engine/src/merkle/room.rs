use surety_protocol::Digest;

/// Zeroed room for so many digests, in huge pages where the system has them: to hand out and clear one page of 4 KiB takes
/// about as long as to hash what fits in it.
pub fn room(count: usize) -> Vec<Digest> {
    // `vec!` would write the zeros of arrays this long, on one thread.
    let room = bytemuck::zeroed_vec(count);
    #[cfg(target_os = "linux")]
    in_huge_pages(&room);
    room
}

/// Asks for huge pages. It is a hint: where it is refused, the memory is what it was.
#[cfg(target_os = "linux")]
fn in_huge_pages(room: &[Digest]) {
    use rustix::{
        mm::{Advice, madvise},
        param::page_size,
    };
    let bytes = room.as_flattened();
    let start = bytes.as_ptr().align_offset(page_size());
    let length = bytes.len().saturating_sub(start) / page_size() * page_size();
    if length < HUGE_PAGE {
        return;
    }
    let first = bytes[start..].as_ptr().cast_mut();
    // SAFETY: the pages lie within `room`, and this advice changes neither what they hold nor whether they are there.
    let _ = unsafe { madvise(first.cast(), length, Advice::LinuxHugepage) };
}

/// The smallest there are, in bytes.
#[cfg(target_os = "linux")]
const HUGE_PAGE: usize = 1 << 21;
