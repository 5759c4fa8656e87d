// Which sections and options a gmond.conf may have, and what their values are.
// Source: spec/ganglia.md §2.3, §2.4 and §4.

export type OptionKind = 'text' | 'integer' | 'number' | 'boolean';

export interface SectionGrammar {
  options: Readonly<Record<string, OptionKind>>;
  sections: Readonly<Record<string, SectionGrammar>>;
  /** Each one counts; otherwise a second one adds to the first, and its options win. */
  repeats?: true;
  /** `section title { … }`. */
  titled?: true;
}

type Options = SectionGrammar['options'];

const texts = (...names: string[]): Options => Object.fromEntries(names.map((name) => [name, 'text']));
const booleans = (...names: string[]): Options => Object.fromEntries(names.map((name) => [name, 'boolean']));
const integers = (...names: string[]): Options => Object.fromEntries(names.map((name) => [name, 'integer']));

const ACL: SectionGrammar = {
  options: texts('default'),
  sections: { access: { options: texts('ip', 'mask', 'action'), sections: {}, repeats: true } },
};

export const GMOND_CONF_GRAMMAR: SectionGrammar = {
  options: {},
  sections: {
    globals: {
      options: {
        ...booleans('daemonize', 'setuid', 'mute', 'deaf', 'allow_extra_data', 'gexec'),
        ...integers('debug_level', 'max_udp_msg_len', 'host_dmax', 'host_tmax', 'cleanup_threshold'),
        ...integers('send_metadata_interval'),
        ...texts('user', 'module_dir', 'override_hostname', 'override_ip', 'tags'),
      },
      sections: {},
    },
    cluster: { options: texts('name', 'owner', 'latlong', 'url'), sections: {} },
    host: { options: texts('location'), sections: {} },
    udp_send_channel: {
      options: {
        ...texts('mcast_join', 'mcast_if', 'host', 'bind'),
        ...integers('port', 'ttl'),
        ...booleans('bind_hostname'),
      },
      sections: {},
      repeats: true,
    },
    udp_recv_channel: {
      options: {
        ...texts('mcast_join', 'mcast_if', 'bind', 'family'),
        ...integers('port', 'buffer'),
        ...booleans('retry_bind'),
      },
      sections: { acl: ACL },
      repeats: true,
    },
    tcp_accept_channel: {
      options: {
        ...texts('bind', 'interface', 'family'),
        ...integers('port', 'timeout'),
        ...booleans('gzip_output'),
      },
      sections: { acl: ACL },
      repeats: true,
    },
    modules: {
      options: {},
      sections: {
        module: {
          options: { ...texts('name', 'language', 'path', 'params'), ...booleans('enabled') },
          sections: { param: { options: texts('value'), sections: {}, repeats: true, titled: true } },
          repeats: true,
        },
      },
    },
    collection_group: {
      options: { ...booleans('collect_once'), ...integers('collect_every', 'time_threshold') },
      sections: {
        metric: {
          options: { ...texts('name', 'name_match', 'title'), value_threshold: 'number' },
          sections: {},
          repeats: true,
        },
      },
      repeats: true,
    },
    sflow: {
      options: {
        ...integers('udp_port'),
        ...booleans('accept_vm_metrics', 'accept_http_metrics', 'accept_memcache_metrics', 'accept_jvm_metrics'),
        ...booleans('multiple_http_instances', 'multiple_memcache_instances', 'multiple_jvm_instances'),
      },
      sections: {},
    },
  },
};
