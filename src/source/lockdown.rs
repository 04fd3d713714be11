//! What the reader's process gives up before it looks at the first byte: descriptors, resources, privileges, system calls.
//! Linux only. Where the kernel refuses a part, that is a notice and the other parts still hold.

use std::collections::BTreeMap;
use std::io;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
};

use crate::facts::{Notice, Problem};

use super::Limits;

/// First descriptor that is not one of the three standard ones.
const FIRST_OTHER: libc::c_uint = 3;
/// Descriptors the reader may have at once: the standard three, a copy of the file, and slack for the standard library.
const OPEN_FILES: u64 = 8;

/// Gives everything up. The notices say what the kernel refused.
pub(crate) fn lock_down(limits: &Limits) -> Vec<Notice> {
    let steps: [(&str, io::Result<()>); 4] = [
        ("end with its parent", die_with_parent()),
        ("close other descriptors", close_others()),
        ("limit its resources", limit_resources(limits)),
        ("filter its system calls", filter_calls()),
    ];
    steps.into_iter().filter_map(|(what, result)| result.err().map(|error| refused(what, &error))).collect()
}

fn refused(what: &str, error: &io::Error) -> Notice {
    let message = format!(
        "the reader could not {what} ({error}); the file was read without this protection; check the kernel's settings"
    );
    Notice { place: String::new(), problem: Problem::Remark, message }
}

fn die_with_parent() -> io::Result<()> {
    // SAFETY: prctl with these arguments only sets an attribute of this process.
    checked(unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL, 0, 0, 0) }.into())
}

fn close_others() -> io::Result<()> {
    // SAFETY: nothing in this process holds a descriptor above the standard three yet.
    checked(unsafe { libc::syscall(libc::SYS_close_range, FIRST_OTHER, libc::c_uint::MAX, 0) })
}

fn checked(answer: libc::c_long) -> io::Result<()> {
    if answer == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

fn limit_resources(limits: &Limits) -> io::Result<()> {
    use rlimit::{Resource, setrlimit};
    setrlimit(Resource::AS, limits.memory_bytes, limits.memory_bytes)?;
    // The soft limit raises SIGXCPU, which ends the process; one second more and the kernel kills it.
    setrlimit(Resource::CPU, limits.cpu_seconds, limits.cpu_seconds.saturating_add(1))?;
    setrlimit(Resource::NOFILE, OPEN_FILES, OPEN_FILES)?;
    setrlimit(Resource::CORE, 0, 0)?;
    setrlimit(Resource::FSIZE, 0, 0)
}

/// The calls a reader needs once its file is open. Everything else answers EPERM: sockets, exec, fork, ptrace, opening
/// any file. Memory can be mapped, but not to be executed.
fn filter_calls() -> io::Result<()> {
    let allowed = [
        libc::SYS_read,
        libc::SYS_pread64,
        libc::SYS_readv,
        libc::SYS_lseek,
        libc::SYS_fstat,
        libc::SYS_statx,
        libc::SYS_write,
        libc::SYS_writev,
        libc::SYS_close,
        libc::SYS_dup,
        libc::SYS_munmap,
        libc::SYS_mremap,
        libc::SYS_madvise,
        libc::SYS_brk,
        libc::SYS_exit,
        libc::SYS_exit_group,
        libc::SYS_rt_sigreturn,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_sigaltstack,
        libc::SYS_futex,
        libc::SYS_getrandom,
        libc::SYS_clock_gettime,
        libc::SYS_sched_yield,
        libc::SYS_gettid,
        libc::SYS_getpid,
        libc::SYS_tgkill,
        libc::SYS_restart_syscall,
        libc::SYS_fcntl,
    ];
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = allowed.into_iter().map(|call| (call, Vec::new())).collect();
    for call in [libc::SYS_mmap, libc::SYS_mprotect] {
        rules.insert(call, vec![not_executable().map_err(io::Error::other)?]);
    }
    let arch = std::env::consts::ARCH.try_into().map_err(io::Error::other)?;
    let refuse = SeccompAction::Errno(libc::EPERM as u32);
    let filter = SeccompFilter::new(rules, refuse, SeccompAction::Allow, arch).map_err(io::Error::other)?;
    let program: BpfProgram = filter.try_into().map_err(io::Error::other)?;
    // Sets no_new_privs as well.
    seccompiler::apply_filter(&program).map_err(io::Error::other)
}

fn not_executable() -> Result<SeccompRule, seccompiler::BackendError> {
    /// The protection flags are the third argument of both calls.
    const PROTECTION: u8 = 2;
    let execute = libc::PROT_EXEC as u64;
    let none = SeccompCondition::new(PROTECTION, SeccompCmpArgLen::Dword, SeccompCmpOp::MaskedEq(execute), 0)?;
    SeccompRule::new(vec![none])
}
