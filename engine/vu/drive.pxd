# The compiled form of drive.py: see engine/core.py.
cimport cython


cdef class Ready:
    cdef public object _soon
    cdef public list _drives

    cpdef add(self, Drive drive)
    @cython.locals(drives=list, drive=Drive)
    cpdef go_on(self)


cdef class Drive:
    cdef public Ready _ready
    cdef public object _awaits, _coroutine, _loop, _task, _way
    cdef public int _state
    cdef public bint _cancelled, _fresh, _woken

    cpdef wake(self)
    cpdef resume(self)
    cpdef _step(self)
    cpdef _wait_for(self, given)
    cpdef _end(self, error)


cdef int _RUNS, _PAUSED, _QUEUED, _AWAITS, _OVER
