using k8s;
using k8s.Models;

namespace FetchEtl.EndToEnd.Tests;

/// <summary>The objects of deploy/kubernetes/, as Kubernetes' own client reads them.</summary>
internal static class PodSpecs
{
    private static readonly string[] Folders =
        ["deploy/kubernetes/base/", "deploy/kubernetes/drain/", "deploy/kubernetes/partitions/"];

    /// <summary>
    /// The files with Kubernetes' own kinds. Kustomize's and KEDA's kinds are not among the client's types.
    /// </summary>
    public static IReadOnlyList<string> Files { get; } =
    [
        .. DeployFiles.All.Where(name => !name.EndsWith("/kustomization.yaml", StringComparison.Ordinal)
            && Array.Exists(Folders, folder => name.StartsWith(folder, StringComparison.Ordinal))),
    ];

    /// <summary>All objects. An unknown field is an error.</summary>
    public static IReadOnlyList<object> Objects { get; } =
        [.. Files.SelectMany(name => KubernetesYaml.LoadAllFromString(DeployFiles.Read(name), strict: true))];

    /// <summary>The pods that the objects make, by the name of the object.</summary>
    public static IReadOnlyDictionary<string, V1PodSpec> All { get; } = Objects
        .Select(x => x switch
        {
            V1Deployment deployment => (deployment.Metadata.Name, deployment.Spec.Template.Spec),
            V1Job job => (job.Metadata.Name, job.Spec.Template.Spec),
            V1CronJob cron => (cron.Metadata.Name, cron.Spec.JobTemplate.Spec.Template.Spec),
            _ => default,
        })
        .Where(x => x.Spec is not null)
        .ToDictionary(x => x.Name, x => x.Spec, StringComparer.Ordinal);

    /// <summary>The one object of a kind.</summary>
    public static T Single<T>() => Objects.OfType<T>().Single();
}
