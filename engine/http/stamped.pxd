# The compiled form of stamped.py: see engine/core.py.
cimport cython as cy
from cpython.bytes cimport PyBytes_FromStringAndSize
from cpython.exc cimport PyErr_SetFromErrno

from .connection cimport Connection


# What receiving.py is in Python. Elsewhere than on Linux nothing calls it.
cdef extern from *:
    """
    #define PYJM_PIECE_MAX (1 << 18)

    #ifdef __linux__
    #include <string.h>
    #include <sys/socket.h>
    #include <sys/uio.h>
    #include <time.h>

    static char pyjm_room[PYJM_PIECE_MAX];  /* what came is copied out before anybody else has a turn */

    static Py_ssize_t pyjm_receive(int fd, long long *noted_ns)
    {
        union { struct cmsghdr aligned; char room[CMSG_SPACE(sizeof(struct timespec))]; } notes;
        struct iovec into = {pyjm_room, PYJM_PIECE_MAX};
        struct msghdr message;
        struct cmsghdr *note;
        Py_ssize_t size;

        memset(&message, 0, sizeof message);
        message.msg_iov = &into;
        message.msg_iovlen = 1;
        message.msg_control = notes.room;
        message.msg_controllen = sizeof notes.room;
        *noted_ns = 0;
        size = recvmsg(fd, &message, MSG_DONTWAIT);
        if (size <= 0)
            return size;
        for (note = CMSG_FIRSTHDR(&message); note != NULL; note = CMSG_NXTHDR(&message, note))
            if (note->cmsg_level == SOL_SOCKET && note->cmsg_type == SCM_TIMESTAMPNS) {
                struct timespec at;
                memcpy(&at, CMSG_DATA(note), sizeof at);
                *noted_ns = at.tv_sec * 1000000000LL + at.tv_nsec;
            }
        return size;
    }

    static Py_ssize_t pyjm_send(int fd, const char *data, Py_ssize_t size)
    {
        return send(fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    }
    #else
    #include <errno.h>
    static char pyjm_room[1];
    static Py_ssize_t pyjm_receive(int fd, long long *noted_ns) { *noted_ns = 0; errno = ENOSYS; return -1; }
    static Py_ssize_t pyjm_send(int fd, const char *data, Py_ssize_t size) { errno = ENOSYS; return -1; }
    #endif
    """
    char *pyjm_room
    Py_ssize_t pyjm_receive(int fd, long long *noted_ns)
    Py_ssize_t pyjm_send(int fd, const char *data, Py_ssize_t size)


cdef class Clocks:
    cdef public long long noted_ns, _due_ns, _offset_ns

    @cy.locals(now=cy.longlong, came=cy.longlong)
    cpdef long long noted(self) except? -1
    @cy.locals(before=cy.longlong, wall=cy.longlong, took=cy.longlong, least=cy.longlong)
    cpdef _compare(self)


cdef inline bytes receive(connected, int fd, Clocks clocks):
    cdef Py_ssize_t size = pyjm_receive(fd, &clocks.noted_ns)
    if size < 0:
        PyErr_SetFromErrno(OSError)
    return PyBytes_FromStringAndSize(pyjm_room, size)


cdef inline Py_ssize_t send(connected, int fd, data) except -1:
    cdef Py_ssize_t sent
    if type(data) is not bytes:
        return connected.send(data)
    sent = pyjm_send(fd, <const char *><bytes>data, len(<bytes>data))
    if sent < 0:
        PyErr_SetFromErrno(OSError)
    return sent


cdef Clocks _CLOCKS


cdef class Sockets:
    cdef object __weakref__
    cdef public object _epoll
    cdef public dict _opening, _stamped
    cdef public list _later
    cdef public bint _looking

    @cy.locals(stamped=Stamped)
    cpdef look(self)
    cpdef soon(self, call)


cdef class Stamped:
    cdef public object _loop, _socket, _taker, _unsent
    cdef public Connection _connection
    cdef public Sockets _sockets
    cdef public int _fd
    cdef public bint _closing, _over, _paused

    @cy.locals(data=bytes, taken=cy.bint, connection=Connection)
    cpdef ready(self)
    @cy.locals(sent=cy.Py_ssize_t)
    cpdef write(self, data)
