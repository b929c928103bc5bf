//! Scheduler bugs, one file each, as rows of the step table: Go's documented ones, ones that were found here, and steps
//! that are left out on purpose.
//!
//! | file | holds |
//! |---|---|
//! | [`bug`] | what a bug is here: a story, and rows |
//! | `issue_…`, `cl_…`, and those without a number | one bug each: the first line of each file says which |
//! | [`release`] | what is known to be wrong with Go 1.19 as it was: failures that are expected |
//! | [`truth`] | what the real runtime does with golang/go#53294 and its parts |
//! | [`allowed`] | where the model does more than the real runtime did: an execution, and the lines of Go |
//! | [`rows`] | all rows by name |
//! | `content` | what `checks` has, with all rows: [`CONTENT`], with which a job is prepared |
//! | [`runs`] | all runs of the gate |

pub mod allowed;
pub mod bug;
pub mod cl_20858;
pub mod cl_310149;
pub mod cl_496117;
pub mod cl_564977;
pub mod cl_573455;
mod content;
pub mod dedicated_last_look;
pub mod due_timer;
pub mod emptied_heap;
pub mod enlist_beside_drop;
pub mod extra_m;
pub mod full_bucket;
pub mod global_batch;
pub mod grown_last_look;
pub mod handoff;
pub mod issue_10573;
pub mod issue_14179;
pub mod issue_19112;
pub mod issue_23098;
pub mod issue_27732;
pub mod issue_35272;
pub mod issue_35274;
pub mod issue_35375;
pub mod issue_35462;
pub mod issue_37196;
pub mod issue_38070;
pub mod issue_38860;
pub mod issue_40368;
pub mod issue_40457;
pub mod issue_42237;
pub mod issue_42515;
pub mod issue_43712;
pub mod issue_44868;
pub mod issue_45867;
pub mod issue_45975;
pub mod issue_46524;
pub mod issue_47329;
pub mod issue_51654;
pub mod issue_53294;
pub mod issue_55160;
pub mod issue_5586;
pub mod issue_59600;
pub mod issue_59758;
pub mod issue_61454;
pub mod issue_63555;
pub mod issue_66006;
pub mod issue_69312;
pub mod last_look;
pub mod locked;
pub mod lost_break;
pub mod lost_channel_timer;
pub mod lost_modification;
pub mod missed_call;
pub mod pollers_post;
pub mod pollers_window;
pub mod release;
pub mod resize;
pub mod retake;
pub mod revived_p;
pub mod rows;
pub mod runs;
pub mod scanned_call;
pub mod stale_now;
pub mod stale_send;
pub mod stops;
pub mod store_load_barrier;
pub mod suspend;
pub mod sysmon_helpers;
pub mod timer_before_park;
pub mod truth;
pub mod wake_time_gap;
pub mod wakep;

pub use content::CONTENT;

use bug::Bug;

/// All documented bugs, by number.
pub const BUGS: &[&Bug] = &[
    &issue_53294::BUG,
    &issue_45867::BUG,
    &issue_55160::BUG,
    &issue_5586::BUG,
    &issue_38860::BUG,
    &issue_44868::BUG,
    &issue_38070::BUG,
    &issue_47329::BUG,
    &issue_51654::BUG,
    &issue_35272::BUG,
    &issue_35274::BUG,
    &issue_35375::BUG,
    &cl_564977::BUG,
    &emptied_heap::BUG,
    &lost_modification::BUG,
    &wake_time_gap::BUG,
    &cl_573455::BUG,
    &issue_66006::BUG,
    &issue_37196::BUG,
    &issue_69312::BUG,
    &stale_send::BUG,
    &timer_before_park::BUG,
    &due_timer::BUG,
    &pollers_window::BUG,
    &issue_40457::BUG,
    &issue_63555::BUG,
    &lost_break::BUG,
    &pollers_post::BUG,
    &stale_now::BUG,
    &global_batch::BUG,
    &handoff::BUG,
    &issue_45975::BUG,
    &missed_call::BUG,
    &stops::BUG,
    &retake::BUG,
    &scanned_call::BUG,
    &suspend::BUG,
    &sysmon_helpers::BUG,
    &issue_61454::BUG,
    &issue_10573::BUG,
    &issue_14179::BUG,
    &issue_19112::BUG,
    &issue_27732::BUG,
    &dedicated_last_look::BUG,
    &enlist_beside_drop::BUG,
    &cl_496117::BUG,
    &issue_59600::BUG,
    &issue_59758::BUG,
    &issue_40368::BUG,
    &issue_42237::BUG,
    &issue_42515::BUG,
    &issue_35462::BUG,
    &issue_43712::BUG,
    &extra_m::BUG,
    &issue_46524::BUG,
    &locked::BUG,
    &lost_channel_timer::BUG,
    &grown_last_look::BUG,
    &revived_p::BUG,
    &full_bucket::BUG,
    &issue_23098::BUG,
    &resize::BUG,
    &cl_20858::BUG,
    &cl_310149::BUG,
    &last_look::BUG,
    &wakep::BUG,
    &store_load_barrier::BUG,
];
