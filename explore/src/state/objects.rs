//! Objects: their creators, their values, and the accesses of the step under way.

use crate::fingerprint::{mix, Fingerprints};
use crate::operation::{ObjectId, ThreadId};
use crate::renaming;

use super::{named, Fault, Handle, Mover, Object, State};

impl State {
    /// Makes new objects belong to the thread with this name, whichever thread creates them; with `None`,
    /// to the thread that creates them. Returns the previous setting.
    ///
    /// # Panics
    /// If the name is out of range.
    pub fn set_maker(&mut self, name: Option<u32>) -> Option<u32> {
        let id = |name| named(name).unwrap_or_else(|why| panic!("search: {why}"));
        std::mem::replace(&mut self.making_for, name.map(id)).and_then(ThreadId::name)
    }

    /// Creates an object with a value of this fingerprint.
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
            // Counted down from the top, so that they do not collide with objects that the thread creates
            // itself.
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

    /// Sets the fingerprint of the object's value.
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
            // Most objects contain no thread name, and so have the same fingerprint under each renaming.
            let after = if renaming > 0 && (is_named || values[renaming] != values[0]) {
                mix(renaming::number(renaming).of(id.thread).key(id.n), values[renaming])
            } else {
                own
            };
            self.memory.change(renaming, *before ^ after);
            *before = after;
        }
        if self.object_table.prints[index * count] != first {
            self.has_changed(index, first);
        }
    }

    /// The fingerprints of the object's id and value.
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
    /// If the object was not created in this execution.
    pub fn id(&self, object: Handle) -> ObjectId {
        match object.offset() {
            Some(offset) => ObjectId::in_memory(offset),
            None => self.object_table.objects[self.index(object)].id,
        }
    }

    fn index(&self, object: Handle) -> usize {
        // After a return to an earlier state, an object in a static may be one that has not been created there.
        let is_known = (object.index as usize) < self.object_table.objects.len();
        assert!(
            object.epoch == self.epoch && is_known,
            "search: the program uses an object that was created outside this execution, as in a static: create it in the \
             program's function"
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

    /// The current thread reads the object.
    pub fn read(&mut self, object: Handle) {
        if self.observers > 0 || self.mover == Mover::World {
            return;
        }
        if let Some(offset) = object.offset() {
            return self.touch_offset(offset, false);
        }
        let index = self.touch_index(object);
        let value = self.print(index);
        self.learn(&value);
    }

    /// The step under way depends on the object, but the thread observes nothing of its value, or reports
    /// its observation itself ([`State::learn`]).
    pub fn depend_on(&mut self, object: Handle) {
        if self.observers > 0 || self.mover == Mover::World {
            return;
        }
        self.touch(object);
    }

    /// The step under way depends on the object, even if the caller is an observer.
    pub fn touch(&mut self, object: Handle) {
        match object.offset() {
            Some(offset) => self.touch_offset(offset, false),
            None => {
                self.touch_index(object);
            }
        }
    }

    /// The current thread has changed the object, to a value of this fingerprint. (The value of an object that is known
    /// by its address lies in memory.)
    pub fn write(&mut self, object: Handle, value: &Fingerprints) {
        if let Some(offset) = object.offset() {
            return self.touch_offset(offset, true);
        }
        let index = self.touch_index(object);
        self.set_value(index, value);
    }
}
