//! An object model that the caller keeps a handle on, to look at it after the run.

use std::cell::RefCell;
use std::rc::Rc;

use crate::engine::object::ObjectModel;
use crate::engine::value::{Arguments, Assign, Fault, HostObject, Value};

/// Two owners of one model: the run and its caller. A run is single-threaded and a model never calls itself through the
/// sandbox, so the borrows never meet.
#[derive(Debug, Default)]
pub struct Shared<M>(Rc<RefCell<M>>);

impl<M> Clone for Shared<M> {
    fn clone(&self) -> Self {
        Shared(Rc::clone(&self.0))
    }
}

impl<M> Shared<M> {
    pub fn new(model: M) -> Self {
        Shared(Rc::new(RefCell::new(model)))
    }

    /// Looks at the model, or changes it, between runs.
    pub fn with<T>(&self, look: impl FnOnce(&mut M) -> T) -> T {
        look(&mut self.0.borrow_mut())
    }
}

impl<M: ObjectModel> ObjectModel for Shared<M> {
    fn global(&mut self, name: &str, arguments: &Arguments) -> Option<Result<Value, Fault>> {
        self.0.borrow_mut().global(name, arguments)
    }

    fn put_global(
        &mut self,
        name: &str,
        arguments: &Arguments,
        value: &Value,
        by: Assign,
    ) -> Option<Result<(), Fault>> {
        self.0.borrow_mut().put_global(name, arguments, value, by)
    }

    fn owns(&self, class: &str) -> bool {
        self.0.borrow().owns(class)
    }

    fn get(&mut self, object: &HostObject, member: &str, arguments: &Arguments) -> Result<Value, Fault> {
        self.0.borrow_mut().get(object, member, arguments)
    }

    fn put(
        &mut self,
        object: &HostObject,
        member: &str,
        arguments: &Arguments,
        value: &Value,
        by: Assign,
    ) -> Result<(), Fault> {
        self.0.borrow_mut().put(object, member, arguments, value, by)
    }

    fn items(&mut self, object: &HostObject) -> Result<Vec<Value>, Fault> {
        self.0.borrow_mut().items(object)
    }

    fn is_a(&self, object: &HostObject, name: &str) -> bool {
        self.0.borrow().is_a(object, name)
    }
}
