using LlmStack.Redis.Child;

namespace LlmStack.Redis.Tests;

/// <summary>A test against a real Redis, which it starts itself.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RedisFactAttribute : FactAttribute
{
    public RedisFactAttribute()
    {
        if (RedisServer.Command is null)
        {
            Skip = "redis-server is not installed (Debian: apt-get install redis-server).";
        }
    }
}
