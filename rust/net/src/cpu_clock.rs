//! The CPU time of one thread, read from outside by `/proc`: it costs the media thread nothing.

use std::{fs, sync::OnceLock, time::Duration};

use rustix::{
    param::clock_ticks_per_second,
    thread::{Pid, gettid},
};

/// CPU time of a media thread.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CpuTimes {
    /// In our code.
    pub user: Duration,
    /// In the kernel on our behalf.
    pub system: Duration,
}

/// Reads a thread's CPU time while it runs, and knows the last value afterwards.
#[derive(Debug, Default)]
pub(crate) struct CpuClock {
    thread: OnceLock<Pid>,
    last: OnceLock<CpuTimes>,
}

impl CpuClock {
    /// From now on the clock is that of the calling thread.
    pub(crate) fn start(&self) {
        let _ = self.thread.set(gettid());
    }

    /// The calling thread is about to end.
    pub(crate) fn stop(&self) {
        let _ = self.last.set(self.read());
    }

    /// Zero before the thread has started.
    pub(crate) fn read(&self) -> CpuTimes {
        let last = || self.last.get().copied();
        let now = || self.thread.get().and_then(|&thread| read(thread));
        last().or_else(now).or_else(last).unwrap_or_default()
    }
}

/// `schedstat` counts in nanoseconds but does not tell user from system; `stat` does, in ticks.
fn read(thread: Pid) -> Option<CpuTimes> {
    let task = format!("/proc/self/task/{}", thread.as_raw_nonzero());
    let ticks = ticks(&fs::read_to_string(format!("{task}/stat")).ok()?)?;
    let schedstat = fs::read_to_string(format!("{task}/schedstat")).ok();
    let precise = schedstat.and_then(|text| on_cpu(&text));
    Some(ticks.scaled_to(precise))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ticks {
    user: u32,
    system: u32,
}

impl Ticks {
    fn scaled_to(self, total: Option<Duration>) -> CpuTimes {
        let of_ticks = |ticks| Duration::from_secs(ticks) / ticks_per_second();
        let sum = u64::from(self.user) + u64::from(self.system);
        let total = total.unwrap_or_else(|| of_ticks(sum));
        let share = f64::from(self.user) / (sum.max(1) as f64);
        let user = total.mul_f64(share);
        CpuTimes {
            user,
            system: total.saturating_sub(user),
        }
    }
}

fn ticks_per_second() -> u32 {
    u32::try_from(clock_ticks_per_second()).map_or(100, |ticks| ticks.max(1))
}

/// Fields 14 and 15 of proc_pid_stat(5). The second is a name in brackets that can hold anything.
fn ticks(stat: &str) -> Option<Ticks> {
    let (_, behind_name) = stat.rsplit_once(')')?;
    let mut fields = behind_name.split_ascii_whitespace().skip(11);
    Some(Ticks {
        user: fields.next()?.parse().ok()?,
        system: fields.next()?.parse().ok()?,
    })
}

/// The first field of `schedstat`: nanoseconds on a CPU.
fn on_cpu(schedstat: &str) -> Option<Duration> {
    let nanoseconds = schedstat.split_ascii_whitespace().next()?;
    nanoseconds.parse().ok().map(Duration::from_nanos)
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;

    use super::*;

    const STAT: &str = "7 (a) b) S 1 7 7 0 -1 4194304 100 0 0 0 30 10 0 0 20 0 1 0 5 0 0";

    #[test]
    fn fields_are_counted_behind_the_name() {
        assert_eq!(
            ticks(STAT),
            Some(Ticks {
                user: 30,
                system: 10
            })
        );
        assert_eq!(ticks("7 (a) S"), None);
        assert_eq!(ticks(""), None);
    }

    #[test]
    fn the_precise_total_is_shared_out_by_ticks() {
        let times = Ticks {
            user: 30,
            system: 10,
        }
        .scaled_to(Some(Duration::from_millis(404)));
        assert_eq!(times.user, Duration::from_millis(303));
        assert_eq!(times.system, Duration::from_millis(101));
    }

    #[test]
    fn work_is_counted_and_known_after_the_end() {
        let clock = CpuClock::default();
        assert_eq!(clock.read(), CpuTimes::default());
        clock.start();
        let before = total(&clock);
        while total(&clock) == before {
            black_box(0);
        }
        clock.stop();
        let last = clock.read();
        assert!(total(&clock) > before);
        assert_eq!(clock.read(), last);
    }

    fn total(clock: &CpuClock) -> Duration {
        let times = clock.read();
        times.user + times.system
    }
}
