using LlmStack.Providers;
using LlmStack.Routing;
using LlmStack.Tests.Configuration;
using LlmStack.Tests.Support;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace LlmStack.Tests.Providers.Credentials;

/// <summary>Credentials on the wire: a real socket sees what is sent.</summary>
public sealed class ProviderCredentialTests
{
    private const string Answer = """{"id":"c","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}""";

    [Fact]
    public async Task A_refused_token_is_fetched_anew_and_the_same_request_goes_out_once_more()
    {
        await using var server = new RawHttpServer(static number => number == 0 ? RawReply.Body(401, """{"error":{"message":"expired"}}""") : RawReply.Body(200, Answer));
        int fetched = 0;
        await using ServiceProvider services = Stack.Build(llm => llm
            .AddOpenAICompatible("p", server.Address.ToString())
            .AddProvider("p", p => p.UseTokenCredential(_ => new ValueTask<CredentialToken>(new CredentialToken($"token-{++fetched}")))));
        ChatResponse response = await services.GetRequiredService<ILlmClient>().ChatAsync("p/m", "hi");
        Assert.Equal("ok", response.Text);
        Assert.Equal(2, server.Requests.Count);
        Assert.Contains("Bearer token-1", server.Requests[0], StringComparison.Ordinal);
        Assert.Contains("Bearer token-2", server.Requests[1], StringComparison.Ordinal);
        Assert.Equal(Body(server.Requests[0]), Body(server.Requests[1]));
        Assert.Single(response.GetRoute()!.Attempts);
    }

    [Fact]
    public async Task A_second_refusal_is_an_authentication_failure_after_exactly_two_requests()
    {
        await using var server = new RawHttpServer(RawReply.Body(401, """{"error":{"message":"no"}}"""));
        int fetched = 0;
        await using ServiceProvider services = Stack.Build(llm => llm
            .AddOpenAICompatible("p", server.Address.ToString())
            .AddProvider("p", p => p.UseTokenCredential(_ => new ValueTask<CredentialToken>(new CredentialToken($"token-{++fetched}")))));
        LlmException failure = await Assert.ThrowsAsync<LlmException>(() => services.GetRequiredService<ILlmClient>().ChatAsync("p/m", "hi"));
        Assert.Equal(LlmErrorKind.Authentication, failure.Kind);
        Assert.Equal(2, server.Requests.Count);
        Assert.DoesNotContain("token-", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plain_key_that_is_refused_is_not_sent_twice()
    {
        await using var server = new RawHttpServer(RawReply.Body(401, """{"error":{"message":"no"}}"""));
        await using ServiceProvider services = Stack.Build(llm => llm.AddOpenAICompatible("p", server.Address.ToString(), p => p.ApiKey = "plain"));
        await Assert.ThrowsAsync<LlmException>(() => services.GetRequiredService<ILlmClient>().ChatAsync("p/m", "hi"));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Customers_own_keys_are_sent_and_others_get_the_providers_own()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, Answer));
        ICredential acme = LlmCredential.FromKey("acme", "acme-key");
        await using ServiceProvider services = Stack.Build(llm => llm
            .AddOpenAICompatible("p", server.Address.ToString(), p => p.ApiKey = "house-key")
            .AddProvider("p", p => p.UseCallerCredential(context => context.Project == "acme" ? acme : null)));
        ILlmClient client = services.GetRequiredService<ILlmClient>();
        using (LlmContext.Push(LlmContext.Current with { Project = "acme" }))
        {
            await client.ChatAsync("p/m", "hi");
        }

        await client.ChatAsync("p/m", "hi");
        Assert.Contains("Bearer acme-key", server.Requests[0], StringComparison.Ordinal);
        Assert.Contains("Bearer house-key", server.Requests[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_credential_that_cannot_be_chosen_is_an_authentication_failure_before_any_call()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, Answer));
        await using ServiceProvider services = Stack.Build(llm => llm
            .AddOpenAICompatible("p", server.Address.ToString())
            .AddProvider("p", p => p.UseCallerCredential(static _ => throw new KeyNotFoundException("no tenant"))));
        LlmException failure = await Assert.ThrowsAsync<LlmException>(() => services.GetRequiredService<ILlmClient>().ChatAsync("p/m", "hi"));
        Assert.Equal(LlmErrorKind.Authentication, failure.Kind);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Traces_stay_at_home_unless_a_provider_is_trusted_with_them()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, Answer));
        await using ServiceProvider services = Stack.Build(llm => llm
            .AddOpenAICompatible("vendor", server.Address.ToString())
            .AddOpenAICompatible("house", server.Address.ToString(), p => p.PropagateTrace = true)
            .AddSink(new LlmStack.Tracing.InMemoryTraceSink()));
        ILlmClient client = services.GetRequiredService<ILlmClient>();
        await client.ChatAsync("vendor/m", "hi");
        ChatResponse trusted = await client.ChatAsync("house/m", "hi");
        Assert.DoesNotContain("traceparent", server.Requests[0], StringComparison.OrdinalIgnoreCase);
        CallRoute route = trusted.GetRoute()!;
        Assert.Contains($"traceparent: 00-{route.TraceId}-{route.ObservationId}-01", server.Requests[1], StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("langfuse_", server.Requests[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gateway_joins_the_trace_with_its_session_and_its_user()
    {
        await using var server = new RawHttpServer(RawReply.Body(200, Answer));
        await using ServiceProvider services = Stack.Build(
            llm => llm.AddSink(new LlmStack.Tracing.InMemoryTraceSink()),
            configuration: Stack.Json($$"""{ "Providers": { "litellm": { "Endpoint": "{{server.Address}}", "PropagateTrace": true } } }"""));
        CallRoute route;
        using (LlmContext.Push(new LlmContext { UserId = "ann", SessionId = "s-1" }))
        {
            route = (await services.GetRequiredService<ILlmClient>().ChatAsync("litellm/m", "hi")).GetRoute()!;
        }

        Assert.Contains($"traceparent: 00-{route.TraceId}-{route.ObservationId}-01", server.Requests[0], StringComparison.OrdinalIgnoreCase);
        Assert.Contains($"langfuse_existing_trace_id: {route.TraceId}\r\n", server.Requests[0], StringComparison.Ordinal);
        Assert.Contains($"langfuse_parent_observation_id: {route.ObservationId}\r\n", server.Requests[0], StringComparison.Ordinal);
        Assert.Contains("langfuse_session_id: s-1\r\n", server.Requests[0], StringComparison.Ordinal);
        Assert.Contains("langfuse_trace_user_id: ann\r\n", server.Requests[0], StringComparison.Ordinal);
    }

    private static string Body(string request) => request[(request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
}
