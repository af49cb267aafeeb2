# Prints what the Vagrantfile asks of each hypervisor, as Vagrant itself understands it; JSON, hypervisor -> machine -> shape.
# Argument: the folder with the Vagrantfile. Neither hypervisors nor boxes have to be there.
require "vagrant"
require "json"

environment = Vagrant::Environment.new(cwd: ARGV.fetch(0))

def shape(hypervisor, config)
  own = config.vm.get_provider_config(hypervisor)
  type, network = config.vm.networks.find { |kind, _| kind == :private_network }
  settings =
    if hypervisor == :libvirt
      { prefix: own.default_prefix, driver: own.driver, model: own.cpu_model, cpus: own.cpus, memory: own.memory,
        management: own.management_network_mac, arguments: own.qemu_args.map { |argument| argument[:value] } }
    else
      { name: own.name, customizations: own.customizations.map { |_, words| words.join(" ") } }
    end
  { hostname: config.vm.hostname, box: config.vm.box, folder: config.vm.synced_folders["/vagrant"],
    ssh: { insert: config.ssh.insert_key, keys: config.ssh.private_key_path },
    network: network.reject { |key, _| key == :id }.merge(type: type), **settings }
end

puts JSON.generate([:libvirt, :virtualbox].to_h { |hypervisor|
  machines = environment.machine_names.to_h { |name|
    [name, shape(hypervisor, environment.vagrantfile.machine_config(name, hypervisor, nil, nil, false)[:config])]
  }
  [hypervisor, machines]
})
