// The Python side of a module: loads it, answers requests, ends with the agent. A text
// here, so that the agent stays one file. Runs on Python 3.6 and later, standard library only.

/**
 * Handed to `python3 -c`. Requests come as lines of JSON on descriptor 3, answers go to 4; what the module itself
 * prints goes to standard error. First request `{"path", "params"}`, answer `{"descriptors"}` or `{"error"}`; then
 * `{"collect": [names]}`, answer `{"values", "errors"}`. At the end of descriptor 3 metric_cleanup is called.
 */
export const HOST_PROGRAM = String.raw`
import importlib.util, json, math, os, queue, sys, threading, traceback

requests_in = os.fdopen(3, 'r', encoding='utf-8')
answers_out = os.fdopen(4, 'w', encoding='utf-8')
os.set_inheritable(3, False)
os.set_inheritable(4, False)
os.dup2(2, 1)
pending = queue.Queue()
CLEANUP_SEC = 3
PYTHON2_MODULES = ('urllib2', 'urlparse', 'httplib', 'ConfigParser', 'Queue', 'StringIO', 'cStringIO', 'cPickle',
                   'commands', 'popen2', 'HTMLParser', 'SocketServer', 'xmlrpclib', 'thread', 'sets')
PYTHON2_NAMES = ('unicode', 'xrange', 'long', 'raw_input', 'basestring', 'file', 'reduce', 'unichr', 'StandardError')
PYTHON2_METHODS = ('has_key', 'iteritems', 'itervalues', 'iterkeys', 'next')


def read_requests():
    for line in requests_in:
        pending.put(json.loads(line))
    pending.put(None)
    # The agent is gone. Whatever hangs in the module must not outlive it for long.
    threading.Event().wait(CLEANUP_SEC)
    os._exit(0)


def answer(message):
    answers_out.write(json.dumps(message) + '\n')
    answers_out.flush()


def python2_reason(error):
    if isinstance(error, (SyntaxError, TabError)):
        text = (error.text or '').strip()
        return 'line %s is not Python 3: %s' % (error.lineno, text[:80])
    if isinstance(error, ImportError) and getattr(error, 'name', None) in PYTHON2_MODULES:
        return 'it imports %s, which only Python 2 has' % error.name
    if isinstance(error, NameError) and any("'%s'" % name in str(error) for name in PYTHON2_NAMES):
        return 'it uses %s, which only Python 2 has' % str(error).split("'")[1]
    if isinstance(error, AttributeError) and any("'%s'" % name in str(error) for name in PYTHON2_METHODS):
        return 'it uses a method that only Python 2 has: %s' % error
    return None


def explain(error, where):
    reason = python2_reason(error)
    if reason:
        return 'written for Python 2 (%s); convert it with 2to3, or run it elsewhere and send by gmetric' % reason
    last = traceback.extract_tb(error.__traceback__)[-1:]
    at = ' (line %d)' % last[0].lineno if last else ''
    return '%s raised %s: %s%s' % (where, type(error).__name__, str(error)[:300], at)


def load(path):
    folder, name = os.path.split(os.path.abspath(path))
    sys.path.insert(0, folder)
    name = os.path.splitext(name)[0]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None:
        raise ImportError('%s is no Python file' % path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    if not callable(getattr(module, 'metric_init', None)):
        raise AttributeError('the module has no metric_init')
    return module


def value_of(descriptor):
    value = descriptor['call_back'](descriptor['name'])
    kind = descriptor.get('value_type', 'uint')
    if kind == 'string':
        return value.decode('utf-8', 'replace') if isinstance(value, bytes) else str(value)
    number = float(value) if kind in ('float', 'double') else int(value)
    if not math.isfinite(number):
        raise ValueError('%s is no finite number' % value)
    return number


def main():
    threading.Thread(target=read_requests, daemon=True).start()
    first = pending.get()
    if first is None:
        return
    module = None
    try:
        module = load(first['path'])
        descriptors = module.metric_init(first['params'])
        known = {}
        for one in descriptors or []:
            if isinstance(one, dict) and 'name' in one and callable(one.get('call_back')):
                known.setdefault(str(one['name']), one)
        answer({'descriptors': [
            {str(key): value if isinstance(value, (int, float)) else str(value)
             for key, value in one.items() if key != 'call_back'} for one in known.values()]})
    except BaseException as error:
        answer({'error': explain(error, 'loading it' if module is None else 'metric_init')})
        return
    while True:
        request = pending.get()
        if request is None:
            break
        values, errors = {}, {}
        for name in request['collect']:
            if name not in known:
                continue
            try:
                values[name] = value_of(known[name])
            except Exception as error:
                errors[name] = explain(error, 'its call_back')
        answer({'values': values, 'errors': errors})
    cleanup = getattr(module, 'metric_cleanup', None)
    if callable(cleanup):
        cleanup()


try:
    main()
finally:
    sys.stderr.flush()
    os._exit(0)
`;
