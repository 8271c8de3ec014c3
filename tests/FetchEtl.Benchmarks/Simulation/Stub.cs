using System.Reflection;

namespace FetchEtl.Benchmarks;

/// <summary>
/// An implementation of a wide interface of which the simulation needs little: chosen methods, and tasks that have
/// completed for the others.
/// </summary>
internal class Stub<T> : DispatchProxy
    where T : class
{
    private Dictionary<string, Func<object?[], object?>> _methods = [];

    public static T Create(Dictionary<string, Func<object?[], object?>> methods)
    {
        var stub = Create<T, Stub<T>>();
        ((Stub<T>)(object)stub)._methods = methods;
        return stub;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        _methods.TryGetValue(targetMethod!.Name, out var method) ? method(args ?? [])
            : targetMethod.ReturnType == typeof(Task) ? Task.CompletedTask
            : throw new NotSupportedException($"The simulation does not use {targetMethod.Name}.");
}
