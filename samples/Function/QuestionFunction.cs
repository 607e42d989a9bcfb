using LlmStack;
using LlmStack.Tracing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace FunctionSample;

/// <summary>
/// A function as serverless platforms run it: made once at a cold start, invoked again and again, and frozen whenever no invocation
/// runs. What has not left when the handler returns would wait for the next invocation, or be lost.
/// </summary>
internal sealed class QuestionFunction(ILlmClient client, ILlmTracer tracer)
{
    public static ServiceProvider ColdStart(string provider, string langfuse, string publicKey, string secretKey)
    {
        var services = new ServiceCollection();
        services.AddLlmStack(llm => llm
            .AddOpenAICompatible("demo", provider)
            .AddModelGroup("answers", static group => group.AddDeployment("demo/demo-mini"))
            .AddLangfuse(options => (options.BaseUrl, options.PublicKey, options.SecretKey) = (langfuse, publicKey, secretKey)));
        services.Configure<LlmStackOptions>(static options => options.Tracing.ExportMode = ExportMode.OnTraceEnd);
        services.AddSingleton<QuestionFunction>();
        return services.BuildServiceProvider();
    }

    public async Task<string> InvokeAsync(string question)
    {
        // `await using` sends the trace and waits for it, for at most TracingOptions.ExportTimeout.
        await using TraceScope trace = tracer.StartTrace("question", new TraceContext { Feature = "function" });
        trace.Input = question;
        ChatResponse answer = await client.ChatAsync("answers", [new ChatMessage(ChatRole.User, question)]);
        trace.Output = answer.Text;
        trace.Score("answered", answer.Text.Length > 0);
        return answer.Text;
    }
}
