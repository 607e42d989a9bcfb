using LlmStack.Tracing;
using QuickStart;

namespace LlmStack.IntegrationTests;

/// <summary>What this assembly does when it is run as a program: a process that traces and then ends in one of several ways, without a host.</summary>
internal static class ChildProgram
{
    public const string Ready = "traced";

    public static async Task<int> Main(string[] args)
    {
        if (args is not [string ending, string address])
        {
            return 2;
        }

        // Not disposed on purpose: the end of the process is what is tested.
        LlmStackInstance stack = LlmClientFactory.Create(llm => llm.AddLangfuse(langfuse =>
        {
            langfuse.BaseUrl = address;
            langfuse.PublicKey = TraceReceiver.PublicKey;
            langfuse.SecretKey = TraceReceiver.SecretKey;
            langfuse.FlushInterval = TimeSpan.FromHours(1);
            langfuse.ShutdownTimeout = TimeSpan.FromSeconds(ending == "return-hanging" ? 1 : 20);
        }));
        using (TraceScope trace = stack.Tracer.StartTrace("last words"))
        {
            trace.Score("done", 1);
        }

        Console.WriteLine(Ready);
        switch (ending)
        {
            case "exit":
                Environment.Exit(7);
                return 1;
            case "wait":
                await Task.Delay(Timeout.Infinite);
                return 1;
            default:
                return 0;
        }
    }
}
