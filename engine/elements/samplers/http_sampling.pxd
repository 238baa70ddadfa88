# The compiled form of http_sampling.py: see engine/core.py.
cimport cython

from pyjm.engine.http.answer cimport Answer
from pyjm.engine.http.call cimport Call
from pyjm.engine.http.response cimport Response
from pyjm.engine.http.table cimport Table
from pyjm.engine.vu.result cimport SampleResult
from pyjm.engine.vu.user cimport User
from .http_connections cimport Connections, UserConnections
from .http_result cimport Filler, HeadFacts
from .http_target cimport Target


cdef class Sampling:
    cdef public object auth, begins, cache, called, cookies, dns, embedded, file, hashes, label, md5, recipe
    cdef public Connections connections
    cdef public Filler filler
    cdef public Call same_call
    cdef public bint changeable, embeds, keep_body, labels_late, shown_as_sent

    @cython.locals(status=cython.int)
    cpdef bint suffices(self, User user, SampleResult result, made, Response response) except -1
    @cython.locals(target=Target, table=Table)
    cpdef bint start(self, User user, SampleResult result) except -1
    @cython.locals(table=Table, answer=Answer, response=Response)
    cpdef finish(self, User user, SampleResult result)
    @cython.locals(target=Target, call=Call)
    cpdef Call call(self, User user, made)
    cpdef keeping(self, user)
    @cython.locals(mine=UserConnections)
    cpdef Table table(self, User user, Target target)
    @cython.locals(facts=HeadFacts, leads_on=cython.bint)
    cpdef take(self, User user, SampleResult result, made, Response response, below=*)
