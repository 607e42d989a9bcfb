using LlmStack.Redis.Child;
using LlmStack.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using StackExchange.Redis;

namespace LlmStack.Redis.Tests;

/// <summary>A real Redis, and several clients in this process that share through it when they are told to.</summary>
public sealed class RedisNodes : IAsyncDisposable
{
    private readonly List<Node> _nodes = [];

    private RedisNodes(RedisServer server) => Server = server;

    public RedisServer Server { get; }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 28, 8, 0, 0, TimeSpan.Zero));

    public FakeLogCollector Logs { get; } = new();

    public static async Task<RedisNodes> StartAsync() => new(await RedisServer.StartAsync());

    /// <summary>A client; on virtual time its loop exchanges nothing by itself.</summary>
    public Node Add(Action<ILlmStackBuilder> configure, Action<RedisSharingOptions>? options = null)
    {
        var node = new Node(this, configure, options);
        _nodes.Add(node);
        return node;
    }

    /// <summary>Each tells, then each learns.</summary>
    public async Task ExchangeAsync()
    {
        for (int i = 0; i < 2; i++)
        {
            foreach (Node node in _nodes)
            {
                await node.Exchange.ExchangeAsync(CancellationToken.None);
            }
        }
    }

    public async Task<string[]> KeysAsync()
    {
        await using ConnectionMultiplexer redis = await Server.ConnectAsync();
        List<string> keys = [];
        await foreach (RedisKey key in redis.GetServer(Server.Address).KeysAsync())
        {
            keys.Add(key.ToString());
        }

        return [.. keys.Order(StringComparer.Ordinal)];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Node node in _nodes)
        {
            await node.DisposeAsync();
        }

        await Server.DisposeAsync();
    }

    public sealed class Node : IAsyncDisposable
    {
        private readonly ServiceProvider _services;

        internal Node(RedisNodes nodes, Action<ILlmStackBuilder> configure, Action<RedisSharingOptions>? options)
        {
            Provider = new ScriptedProvider(nodes.Time);
            Provider.OnOtherCalls.Answer("x").Usage(1_000, 100);
            var services = new ServiceCollection();
            services.AddSingleton<TimeProvider>(nodes.Time);
            services.AddLogging(logging => logging.AddProvider(new FakeLoggerProvider(nodes.Logs)));
            services.AddLlmStack(llm =>
            {
                llm.AddProvider("a", p => p.UseProvider(_ => Provider))
                    .AddModelGroup("fast", static g => g
                        .AddDeployment("a/m", static d => d.Price = new ModelPrice { InputPerMillion = 100, OutputPerMillion = 1_000 }))
                    .UseRedis(nodes.Server.Address, options);
                configure(llm);
            });
            _services = services.BuildServiceProvider();
            Client = _services.GetRequiredService<ILlmClient>();
            Exchange = _services.GetRequiredService<RedisExchange>();
        }

        public ScriptedProvider Provider { get; }

        public ILlmClient Client { get; }

        internal RedisExchange Exchange { get; }

        public ILlmLimits Limits => _services.GetRequiredService<ILlmLimits>();

        public T Get<T>()
            where T : notnull => _services.GetRequiredService<T>();

        /// <summary>A call for a team; null, or why it was refused.</summary>
        public async Task<LlmErrorKind?> CallAsync(string team = "search")
        {
            using IDisposable pushed = LlmContext.Push(new LlmContext { Team = team });
            try
            {
                await Client.ChatAsync("fast", "Hello");
                return null;
            }
            catch (LlmException refused)
            {
                return refused.Kind;
            }
        }

        public ValueTask DisposeAsync() => _services.DisposeAsync();
    }
}
