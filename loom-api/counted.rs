//! The real loom, and a line of JSON for each model: how many executions it ran, and how it ended.

pub use real::*;

pub mod alloc {
    //! loom's `alloc`, and what the search needs of a program's own allocator, which is nothing here.

    pub use real::alloc::*;

    use std::alloc::GlobalAlloc;

    pub struct Allocator<A>(pub A);

    // SAFETY: all calls go through.
    unsafe impl<A: GlobalAlloc> GlobalAlloc for Allocator<A> {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            self.0.alloc(layout)
        }

        unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
            self.0.dealloc(block, layout);
        }
    }
}

pub mod model {
    //! loom's `model`, counted.

    pub use real::model::*;

    use std::any::Any;
    use std::cell::RefCell;
    use std::io::Write;
    use std::ops::{Deref, DerefMut};
    use std::panic::{catch_unwind, resume_unwind, AssertUnwindSafe};
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    /// loom's builder.
    #[derive(Debug)]
    pub struct Builder(real::model::Builder);

    impl Builder {
        pub fn new() -> Self {
            Builder(real::model::Builder::new())
        }

        pub fn checkpoint_file(&mut self, file: &str) -> &mut Self {
            self.0.checkpoint_file(file);
            self
        }

        pub fn check<F>(&self, f: F)
        where
            F: Fn() + Sync + Send + 'static,
        {
            counted(self.0.preemption_bound, f, |f| self.0.check(f));
        }
    }

    impl Default for Builder {
        fn default() -> Self {
            Self::new()
        }
    }

    impl Deref for Builder {
        type Target = real::model::Builder;

        fn deref(&self) -> &Self::Target {
            &self.0
        }
    }

    impl DerefMut for Builder {
        fn deref_mut(&mut self) -> &mut Self::Target {
            &mut self.0
        }
    }

    /// loom's `model`.
    pub fn model<F>(f: F)
    where
        F: Fn() + Sync + Send + 'static,
    {
        let bound = real::model::Builder::new().preemption_bound;
        counted(bound, f, |f| real::model(f));
    }

    /// The payload of the panic that stops a model whose time is over, between two executions.
    struct Over;

    type Program = Box<dyn Fn() + Send + Sync>;

    fn counted<F>(bound: Option<usize>, f: F, run: impl FnOnce(Program))
    where
        F: Fn() + Sync + Send + 'static,
    {
        let executions = Arc::new(AtomicU64::new(0));
        let (began, cpu) = (Instant::now(), cpu_seconds());
        let seconds: Option<f64> = std::env::var("PIDLE_SECONDS").ok().and_then(|s| s.parse().ok());
        let deadline = seconds.map(|seconds| began + Duration::from_secs_f64(seconds));
        let count = executions.clone();
        let program = move || {
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                resume_unwind(Box::new(Over));
            }
            count.fetch_add(1, Ordering::Relaxed);
            f();
        };
        let result = catch_unwind(AssertUnwindSafe(|| run(Box::new(program))));
        let extent = bound.map_or("exhaustive".to_owned(), |bound| format!("bound {bound}"));
        let (verdict, extent, why) = match &result {
            Ok(()) => ("held", extent, String::new()),
            Err(payload) if payload.is::<Over>() => {
                ("incomplete", format!("{extent}, not ended"), "stopped by the limit of time".to_owned())
            }
            Err(payload) => ("violated", String::new(), text(&**payload)),
        };
        let ended = (verdict, &*extent, &*why);
        write(ended, executions.load(Ordering::Relaxed), began.elapsed().as_secs_f64(), cpu_seconds() - cpu);
        match result {
            Err(payload) if !payload.is::<Over>() => resume_unwind(payload),
            _ => {}
        }
    }

    fn text(payload: &(dyn Any + Send)) -> String {
        let text = payload.downcast_ref::<String>().cloned();
        text.or_else(|| payload.downcast_ref::<&str>().map(|text| (*text).to_owned()))
            .unwrap_or_else(|| "a panic".to_owned())
    }

    std::thread_local! {
        /// The test that runs on this thread, and the number of its models.
        static MODELS: RefCell<(String, usize)> = RefCell::default();
    }

    fn write((verdict, extent, why): (&str, &str, &str), executions: u64, seconds: f64, cpu: f64) {
        let Ok(path) = std::env::var("PIDLE_JSON") else { return };
        let test = std::thread::current().name().unwrap_or("main").to_owned();
        let model = MODELS.with(|models| {
            let mut models = models.borrow_mut();
            if models.0 != test {
                *models = (test.clone(), 0);
            }
            models.1 += 1;
            models.1
        });
        let line = format!(
            "{{\"test\":{},\"model\":{model},\"verdict\":\"{verdict}\",\"extent\":{},\"why\":{},\"states\":0,\
             \"executions\":{executions},\"steps\":0,\"seconds\":{seconds:.6},\"cpu_seconds\":{cpu:.6},\"concurrent\":true}}\n",
            quoted(&test), quoted(extent), quoted(why)
        );
        let file = std::fs::File::options().create(true).append(true).open(path);
        file.and_then(|mut file| file.write_all(line.as_bytes())).expect("PIDLE_JSON can be written");
    }

    /// The text as JSON.
    fn quoted(text: &str) -> String {
        let mut quoted = String::from("\"");
        for c in text.chars() {
            match c {
                '"' | '\\' => quoted.extend(['\\', c]),
                c if (c as u32) < 0x20 => quoted += &format!("\\u{:04x}", c as u32),
                c => quoted.push(c),
            }
        }
        quoted + "\""
    }

    /// The seconds of CPU time of this thread, on which loom runs all others.
    fn cpu_seconds() -> f64 {
        let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
        let nanoseconds = text.split(' ').next().and_then(|text| text.parse::<u64>().ok());
        nanoseconds.unwrap_or(0) as f64 / 1e9
    }
}

pub use model::model;
