namespace FetchEtl.Logins.Tests;

/// <summary>A fact that needs RabbitMQ. Where it is not installed, it is skipped with the reason.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RabbitMqFactAttribute : FactAttribute
{
    public RabbitMqFactAttribute()
    {
        if (!RabbitMq.IsInstalled)
        {
            Skip = "RabbitMQ is missing. Install it, as with apt-get install rabbitmq-server.";
        }
    }
}
