# The compiled form of drive.py: see engine/core.py.
cimport cython


cdef class Ready:
    cdef public object _soon, _timer
    cdef public list _alarms, _drives
    cdef public long long _count, _due_ns

    cpdef add(self, Drive drive)
    @cython.locals(drives=list, drive=Drive)
    cpdef go_on(self)
    @cython.locals(now=cython.longlong, due_ns=cython.longlong)
    cpdef long long after(self, double seconds, Drive drive) except -1
    cpdef _arm(self, long long due_ns, long long now)
    @cython.locals(alarms=list, drive=Drive, now=cython.longlong, due_ns=cython.longlong, number=cython.longlong)
    cpdef _ring(self)


cdef class Drive:
    cdef public Ready _ready
    cdef public object _awaits, _coroutine, _loop, _task, _way
    cdef public int _state
    cdef public long long alarm
    cdef public bint _cancelled, _fresh, _woken

    cpdef wake(self)
    cpdef wake_after(self, double seconds)
    cpdef resume(self)
    cpdef _step(self)
    cpdef _wait_for(self, given)
    cpdef _end(self, error)


cdef long long _HALF_NS, _MS_NS
cdef int _RUNS, _PAUSED, _QUEUED, _AWAITS, _OVER
