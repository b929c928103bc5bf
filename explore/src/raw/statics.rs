//! Statics of the program that hold memory of an execution, which is gone when the execution is over.

use std::ops::Range;

/// How many words in static variables of the executable are addresses in this range. Where that cannot be known: none.
#[cfg(target_os = "linux")]
pub(super) fn hold(addresses: &Range<usize>) -> usize {
    let mut search = Search { addresses, found: 0 };
    // SAFETY: the function is called during this call only, with the pointer that is passed here.
    unsafe { libc::dl_iterate_phdr(Some(look), (&raw mut search).cast()) };
    search.found
}

#[cfg(not(target_os = "linux"))]
pub(super) fn hold(_addresses: &Range<usize>) -> usize {
    0
}

#[cfg(target_os = "linux")]
struct Search<'a> {
    addresses: &'a Range<usize>,
    found: usize,
}

/// Looks at the executable, which comes first.
#[cfg(target_os = "linux")]
unsafe extern "C" fn look(
    info: *mut libc::dl_phdr_info,
    _: libc::size_t,
    search: *mut libc::c_void,
) -> libc::c_int {
    // SAFETY: the caller passes valid pointers, and the search of `hold`.
    let (info, search) = unsafe { (&*info, &mut *search.cast::<Search>()) };
    // SAFETY: the headers lie there, in this number.
    let headers = unsafe { std::slice::from_raw_parts(info.dlpi_phdr, info.dlpi_phnum.into()) };
    let is_data = |header: &&libc::Elf64_Phdr| {
        header.p_type == libc::PT_LOAD && header.p_flags & libc::PF_W != 0
    };
    for header in headers.iter().filter(is_data) {
        let from = (info.dlpi_addr + header.p_vaddr) as usize;
        let word = std::mem::size_of::<usize>();
        let all = from.next_multiple_of(word)..from + header.p_memsz as usize;
        for address in
            all.step_by(word).filter(|address| address + word <= from + header.p_memsz as usize)
        {
            // SAFETY: a word of the executable's own data. Other threads may write it meanwhile.
            let value = unsafe { std::ptr::read_volatile(address as *const usize) };
            search.found += usize::from(search.addresses.contains(&value));
        }
    }
    1
}
