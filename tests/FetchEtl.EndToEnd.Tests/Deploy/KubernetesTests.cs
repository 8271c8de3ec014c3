using System.Globalization;
using k8s.Models;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>Checks the manifests of deploy/kubernetes/ with Kubernetes' own client for .NET.</summary>
public sealed class KubernetesTests
{
    private const string Partitions = "fetch-etl-partitions";

    public static TheoryData<string> Pods { get; } = [.. PodSpecs.All.Keys];

    public static TheoryData<string> PodsWithKeys { get; } = [.. PodSpecs.All.Keys.Where(name => name != Partitions)];

    [Fact]
    public void Every_manifest_is_an_object_of_Kubernetes_without_unknown_fields()
    {
        Assert.Equal(
            ["ConfigMap", "CronJob", "CronJob", "Deployment", "Job", "Namespace", "NetworkPolicy",
                "PodDisruptionBudget", "Secret", "Secret", "Service", "ServiceAccount"],
            PodSpecs.Objects.Cast<k8s.IKubernetesObject>().Select(x => x.Kind).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Pods))]
    public void A_pod_has_no_more_rights_than_it_needs(string name)
    {
        var pod = PodSpecs.All[name];
        var container = Assert.Single(pod.Containers);

        Assert.True(pod.SecurityContext.RunAsNonRoot);
        Assert.Equal("RuntimeDefault", pod.SecurityContext.SeccompProfile.Type);
        Assert.False(pod.AutomountServiceAccountToken);
        Assert.True(container.SecurityContext.ReadOnlyRootFilesystem);
        Assert.False(container.SecurityContext.AllowPrivilegeEscalation);
        Assert.Equal(["ALL"], container.SecurityContext.Capabilities.Drop);
        Assert.NotNull(container.Resources.Limits["memory"]);
        Assert.NotNull(container.Resources.Requests["cpu"]);
        Assert.DoesNotContain("cpu", container.Resources.Limits.Keys);
    }

    [Theory]
    [MemberData(nameof(PodsWithKeys))]
    public void The_masking_key_is_a_file_that_the_service_alone_can_read(string name)
    {
        var pod = PodSpecs.All[name];
        var secret = Assert.Single(pod.Volumes).Secret;
        var mount = Assert.Single(pod.Containers[0].VolumeMounts);
        var file = PodSpecs.Single<V1ConfigMap>().Data["Masking__KeyFiles__0"];

        // 0400 in octal. The kubelet gives the file the group of fsGroup and that group's right to read.
        Assert.Equal(256, secret.DefaultMode);
        Assert.Equal(pod.SecurityContext.RunAsGroup, pod.SecurityContext.FsGroup);
        Assert.Equal(file, $"{mount.MountPath}/{Assert.Single(secret.Items).Path}");
        Assert.True(mount.ReadOnlyProperty);
        Assert.Contains(
            secret.Items[0].Key,
            PodSpecs.Objects.OfType<V1Secret>().Single(x => x.Metadata.Name == secret.SecretName).StringData.Keys);
    }

    [Fact]
    public void The_pod_that_drops_partitions_has_no_masking_key_and_asks_nobody()
    {
        var pod = PodSpecs.All[Partitions];

        Assert.Null(pod.Volumes);
        Assert.Equal(["partitions", "--keep", "13months", "--yes", "--json"], pod.Containers[0].Args);
        Assert.Equal(
            "fetch-etl-migrate", Assert.Single(pod.Containers[0].Env).ValueFrom.SecretKeyRef.Name);
    }

    [Fact]
    public void A_pod_that_moves_logins_has_more_time_to_stop_than_the_service_takes()
    {
        var shutdown = int.Parse(
            PodSpecs.Single<V1ConfigMap>().Data["Service__ShutdownTimeoutSeconds"], CultureInfo.InvariantCulture);

        var moving = PodSpecs.All.Where(x => x.Value.Containers[0].Args[0] is "run" or "drain").ToList();

        Assert.Equal(["fetch-etl", "fetch-etl-drain"], moving.Select(x => x.Key).Order(StringComparer.Ordinal));
        Assert.All(moving, x => Assert.InRange(x.Value.TerminationGracePeriodSeconds!.Value, shutdown + 5, 120));
    }

    [Fact]
    public void Liveness_never_depends_on_the_database()
    {
        var container = PodSpecs.All["fetch-etl"].Containers[0];

        Assert.Equal("/health/live", container.LivenessProbe.HttpGet.Path);
        Assert.Equal("/health/live", container.StartupProbe.HttpGet.Path);
        Assert.Equal("/health/ready", container.ReadinessProbe.HttpGet.Path);
    }

    [Fact]
    public void The_port_is_the_same_everywhere()
    {
        var port = new Uri(PodSpecs.Single<V1ConfigMap>().Data["Service__Urls"]).Port;
        var ingress = Assert.Single(PodSpecs.Single<V1NetworkPolicy>().Spec.Ingress);
        var service = PodSpecs.Single<V1Service>();

        Assert.Equal(port, PodSpecs.All["fetch-etl"].Containers[0].Ports.Single().ContainerPort);
        Assert.Equal(port, Assert.Single(service.Spec.Ports).Port);
        Assert.Equal($"{port}", service.Metadata.Annotations["prometheus.io/port"]);
        Assert.Equal($"{port}", Assert.Single(ingress.Ports).Port.Value);
    }

    [Fact]
    public void Selectors_find_the_pods_of_the_Deployment_and_not_those_of_the_drain()
    {
        var labels = PodSpecs.Single<V1Deployment>().Spec.Template.Metadata.Labels;
        var drain = PodSpecs.Objects.OfType<V1CronJob>()
            .Single(job => job.Metadata.Name == "fetch-etl-drain").Spec.JobTemplate.Spec.Template.Metadata.Labels;
        IDictionary<string, string>[] selectors =
        [
            PodSpecs.Single<V1Deployment>().Spec.Selector.MatchLabels,
            PodSpecs.Single<V1Service>().Spec.Selector,
            PodSpecs.Single<V1PodDisruptionBudget>().Spec.Selector.MatchLabels,
        ];

        Assert.All(selectors, selector => Assert.Empty(selector.Except(labels)));
        Assert.All(selectors, selector => Assert.NotEmpty(selector.Except(drain)));
        Assert.Empty(PodSpecs.Single<V1NetworkPolicy>().Spec.PodSelector.MatchLabels.Except(drain));
    }
}
