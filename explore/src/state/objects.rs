//! Objects: who made them, what they are worth, and what the step under way does to them.

use crate::fingerprint::{mix, Fingerprints};
use crate::operation::{ObjectId, ThreadId};
use crate::renaming;

use super::{named, Fault, Handle, Mover, Object, State};

impl State {
    /// Objects that are made from now on are those of the thread of this name, whoever makes them; of whoever
    /// makes them, if it is `None`. Whose they were before.
    ///
    /// # Panics
    /// If that is no name.
    pub fn set_maker(&mut self, name: Option<u32>) -> Option<u32> {
        let id = |name| named(name).unwrap_or_else(|why| panic!("search: {why}"));
        std::mem::replace(&mut self.making_for, name.map(id)).and_then(ThreadId::name)
    }

    /// An object is made, with a value of this fingerprint.
    pub fn object(&mut self, value: &Fingerprints) -> Handle {
        let id = self.new_object();
        let left_out = self.leaves_out(id);
        let index = self.object_table.add(Object { id, left_out });
        let handle = Handle { epoch: self.epoch, index: index as u32 };
        self.set_value(handle.index as usize, value);
        handle
    }

    fn new_object(&mut self) -> ObjectId {
        if let Some(thread) = self.making_for {
            let known = self.made_for.iter().position(|(known, _)| *known == thread);
            let known = known.unwrap_or_else(|| {
                self.made_for.push((thread, 0));
                self.made_for.len() - 1
            });
            let (_, n) = &mut self.made_for[known];
            *n += 1;
            // Beyond all that the thread will make itself.
            return ObjectId { thread, n: u32::MAX - *n };
        }
        match self.mover {
            Mover::Thread(_) => {
                let me = self.me();
                me.objects += 1;
                ObjectId { thread: me.id, n: me.objects - 1 }
            }
            _ => {
                self.of_world += 1;
                ObjectId { thread: ThreadId::WORLD, n: self.of_world - 1 }
            }
        }
    }

    /// The object has a value of this fingerprint now.
    fn set_value(&mut self, index: usize, value: &Fingerprints) {
        let Object { id, left_out } = self.object_table.objects[index];
        if left_out {
            return;
        }
        self.object_table.changes(index);
        let count = renaming::count();
        let place = &mut self.object_table.prints[index * count..][..count];
        let (first, values) = (place[0], value.each());
        let own = mix(id.thread.key(id.n), values[0]);
        let is_named = id.thread.name().is_some();
        for (renaming, before) in place.iter_mut().enumerate() {
            // Most objects have no name in them, and are the same under each renaming.
            let after = match renaming > 0 && (is_named || values[renaming] != values[0]) {
                true => mix(renaming::number(renaming).of(id.thread).key(id.n), values[renaming]),
                false => own,
            };
            self.memory.change(renaming, *before ^ after);
            *before = after;
        }
        if self.object_table.prints[index * count] != first {
            self.has_changed(index, first);
        }
    }

    /// Of its id and its value.
    fn print(&self, index: usize) -> Fingerprints {
        let count = renaming::count();
        Fingerprints::from_fn(|renaming| self.object_table.prints[index * count + renaming])
    }

    fn leaves_out(&self, id: ObjectId) -> bool {
        let planted = |n| id == (ObjectId { thread: ThreadId::MAIN, n });
        matches!(self.fault, Some(Fault::ObjectLeftOut(n)) if planted(n))
    }

    /// The object's id.
    ///
    /// # Panics
    /// If it was not made in this execution.
    pub fn id(&self, object: Handle) -> ObjectId {
        self.object_table.objects[self.index(object)].id
    }

    fn index(&self, object: Handle) -> usize {
        assert!(
            object.epoch == self.epoch,
            "search: an object that was not made in this execution is used in it"
        );
        object.index as usize
    }

    fn touch_index(&mut self, object: Handle) -> usize {
        let index = self.index(object);
        if self.touched.iter().all(|&(touched, _)| touched != index) {
            self.touched.push((index, self.object_table.prints[index * renaming::count()]));
        }
        index
    }

    /// Whose step it is looks at the object.
    pub fn read(&mut self, object: Handle) {
        if self.observers > 0 || self.mover == Mover::World {
            return;
        }
        let index = self.touch_index(object);
        let value = self.print(index);
        self.learn(&value);
    }

    /// Whose step it is depends on the object, but learns nothing of its value, or says so itself
    /// ([`State::learn`]). What it is about to do, and whether it can, is part of the state.
    pub fn depend_on(&mut self, object: Handle) {
        if self.observers > 0 || self.mover == Mover::World {
            return;
        }
        self.touch_index(object);
    }

    /// The step under way depends on the object, also if an observer says so.
    pub fn touch(&mut self, object: Handle) {
        self.touch_index(object);
    }

    /// Whose step it is has changed the object, to a value of this fingerprint.
    pub fn write(&mut self, object: Handle, value: &Fingerprints) {
        let index = self.touch_index(object);
        self.set_value(index, value);
    }
}
